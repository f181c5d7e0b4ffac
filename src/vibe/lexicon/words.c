// What finance and crypto speech says about a market: the list behind the lexicon scorer.
//
// The list is curated by hand: a word is here because of what people mean by it when they talk
// about an asset, with the strength that a reader of such talk would give it. Values of moods:
//   4  euphoria or ruin, 3 strong, 2 clear, 1 leaning, 0.5 a hint; below zero for bad
// A phrase is listed where it says something else than the sum of its words, and with the value 0
// where its words would mislead. Where a text may lack its apostrophes, so does the list.
#include "vibe/lexicon/words.h"

#include <stddef.h>

#define MOOD     GM_LEXICON_MOOD
#define SCALE    GM_LEXICON_SCALE
#define NEGATE   GM_LEXICON_NEGATE
#define CONTRAST GM_LEXICON_CONTRAST

const struct gm_lexicon_group gm_lexicon_groups[] = {
    // --------------------------------------------------------------- the speech of the boards

    // Prices that leave the planet.
    {MOOD, 3.0f,
     "to the moon, tothemoon, mooning, moonshot, moonbound, moon bound, moon soon, moon mission, "
     "to mars, to pluto, to valhalla, to andromeda, to infinity, off to the races, blast off, "
     "lift off, liftoff, skyrocket, skyrockets, skyrocketing, skyrocketed, parabolic, "
     "going parabolic, gone parabolic, face ripper, face melter, send it, full send"},
    {MOOD, 2.5f,
     "moon, moons, mooned, rocket, rockets, rocketing, rocketed, rocket ship, rocketship, rip, "
     "ripping, ripped higher, rips higher, gonna rip, going to rip, about to rip, ripper, "
     "ready to rip, ready to run, lambo, lambos, when lambo, infinity squeeze, MOASS, "
     "short squeeze, short squeezed, gamma squeeze, squeeze the shorts, "
     "squeezing the shorts, squoze, shorts are fucked, shorts are fuk, shorts r fuk, shorts fuk, "
     "shorts are screwed, shorts are trapped, shorts get burned, shorts burning, "
     "shorts are bleeding, burn the shorts, crush the shorts, shorts will cover, "
     "shorts must cover, shorts have to cover, shorts covering, short covering, bears r fuk, "
     "bears are fuk, bears are fucked, bears get wrecked, bears in shambles, "
     "rip bears, printer go brrr, brrr, brrrr, money printer, stonks only go up, only go up, "
     "only goes up, nothing but up, can only go up"},
    {MOOD, 1.8f,
     "squeeze, squeezes, squeezing, squeezed, the squeeze, squeeze incoming, squeezable, tendies, "
     "tendie, tendie town, gains, gainz, big gains, huge gains, gain porn, bagger, "
     "ten bagger, tenbagger, multibagger, multi bagger, 10x, 20x, 50x, 100x, 1000x, 5x, 3x, 2x, "
     "10 bagger, free money, easy money, money glitch, printing money, print money, prints money, "
     "LFG, LETSGO, lets fucking go, let's fucking go, let's go, lets go, let's gooo, WAGMI, gm, "
     "chad, gigachad, sendit, bangers, banger, alpha, gem, gems, hidden gem, 100x gem, "
     "next bitcoin, next gme, next tesla, next amazon"},
    // Holding on.
    {MOOD, 2.2f,
     "diamond hands, diamond hand, diamondhands, diamond handed, diamond handing, diamond balls, "
     "HODL, hodling, hodler, hodlers, hodled, hold the line, holding the line, hold the door, "
     "hold strong, holding strong, stay strong, apes strong, apes together strong, not selling, "
     "won't sell, wont sell, won t sell, never selling, never sell, don't sell, dont sell, "
     "don t sell, do not sell, not fucking selling, not leaving, in for the long, "
     "i like the stock, like the stock, love the stock, we like the stock, love this stock, "
     "i am not selling"},
    {MOOD, 1.2f,
     "hold, holding, hands of steel, strong hands, long term hold, long hold, set and forget, "
     "stonk, stonks, ape, apes, together strong, YOLO, yoloing, yoloed, "
     "yolod, yolos, degen, degens, based, bullrun, diamond, diamonds, loaded up, strap in, "
     "buckle up, fasten your seatbelts, get in, hop in, jump in, all aboard, hop on, last chance, "
     "not too late, cant stop wont stop, sky is the limit, sky's the limit, this is the way, "
     "power to the players, brick by brick, the tide is turning"},
    // Buying.
    {MOOD, 2.0f,
     "buy the dip, buying the dip, bought the dip, buy the fucking dip, buy this dip, "
     "buying this dip, buy dips, buy more, buying more, bought more, back up the truck, "
     "backing up the truck, all in, going all in, went all in, load up, loading up, "
     "load the boat, loading the boat, BTFD, BTD, dip buyers, dip buying, strong buy, "
     "table pounding, table pounder, top pick, best idea, screaming buy, must buy, must own, "
     "no brainer, nobrainer, easy buy, great buy, good buy, good entry, great entry, cheap entry, "
     "on sale, on the cheap, dirt cheap, too cheap, undervalued, under valued, way undervalued, "
     "underpriced, oversold, fire sale prices, steal, a steal, buy signal, golden cross, "
     "cup and handle, sell puts, selling puts, sold puts, buy calls, buying calls, bought calls, "
     "call buying, calls printing, calls are printing, deep value, margin of safety"},
    {MOOD, 1.2f,
     "buy, buys, buying, bought, buyers, buyer, buy it, buy now, accumulate, accumulating, "
     "accumulated, accumulation, adding, added more, scooped, scooping, scoop up, gobble, nibble, "
     "calls, call option, call options, call spread, long calls, leaps, going long, go long, "
     "went long, long position, longs, staying long, i'm long, im long, i am long, am long, "
     "remain long, stay long, long and strong, long here, overweight, outperform, outperforms, "
     "outperformed, outperforming, outperformer, outperformance, buy rating, buy ratings, "
     "conviction buy, conviction list, buyback, buybacks, buy back, repurchase, repurchases, "
     "share repurchase, insider buying, insider buys, stake, raises stake, boosts stake, "
     "takes stake, discounted, bargain, bargains, cheap, inexpensive, catalyst, catalysts, DD, "
     "in the money, ITM, cash secured puts, wheel"},
    {MOOD, 1.0f,
     "bullish bets, call sweep, call sweeps, sweepers, whales buying, whale buying, smart money, "
     "institutions are buying, reversal, reversing higher, bottomed, bottom is in, bottoming, "
     "put in a bottom, double bottom, higher low, higher lows, higher high, higher highs, "
     "bull flag, bull pennant, bull pattern, ascending triangle, inverse head and shoulders, "
     "breakaway gap, gap up, gapped up, gapping up, green day, green days, green candle, "
     "green candles, green dildo, green dildos, big green, all green, deep green, in the green, "
     "so green, nice setup, good setup, great setup, beautiful chart, beautiful setup, "
     "powerful move, nice move, nice pop, nice bounce, coiling, coiled, primed, poised, "
     "ready to explode, about to explode, will explode, going to explode, gonna explode, "
     "explosive, exploding, explode, exploded, on fire, heating up, gamma ramp, "
     "just getting started, just the beginning, early innings, in play, new leg higher, "
     "leg higher, next leg up, leg up, legs higher, room to run, more upside, further upside, "
     "big upside, huge upside, upside potential, lots of upside"},

    // Letting go, and being left with it.
    {MOOD, -2.2f,
     "paper hands, paper hand, paperhands, paper handed, paper handing, paperhanded, weak hands, "
     "bag holder, bag holders, bag holding, bagholder, bagholders, bagholding, holding the bag, "
     "holding bags, heavy bags, left holding, holding these bags, panic sell, panic selling, "
     "panic sold, panic sellers, capitulate, capitulated, capitulation, capitulating, rekt, "
     "wrecked, NGMI, GUH, loss porn, blew up, blown up account, blew up my account, blow up, "
     "margin call, margin calls, margin called, margin debt, get rekt, got rekt, getting rekt, "
     "f in the chat, down bad, cope, copium, hopium, exit scam, dead money, dead cat bounce, "
     "dead cat, catch a falling knife, falling knife, falling knives, exit liquidity, rug, "
     "rugged, rugs, rugpull, rug pull, rug pulls, rug pulled, rugpulled, pump and dump, "
     "pump n dump, honeypot, shitcoin, shitcoins, shitco, wife's boyfriend, wifes boyfriend, "
     "wife s boyfriend, behind wendys, behind the wendys, wendys dumpster"},
    {MOOD, -3.0f,
     "scam, scams, scammer, scammers, scammed, ponzi, ponzis, ponzi scheme, fraud, frauds, "
     "fraudulent, fraudster, wire fraud, securities fraud, bankrupt, bankruptcy, bankruptcies, "
     "goes bankrupt, going bankrupt, chapter 11, chapter 7, insolvent, insolvency, liquidated, "
     "going to zero, go to zero, goes to zero, went to zero, headed to zero, going to 0, "
     "heading to zero, worthless, collapse, collapses, collapsed, collapsing, implode, implodes, "
     "imploded, imploding, implosion, meltdown, melting down, crater, craters, cratered, "
     "cratering, free fall, freefall, bloodbath, blood bath, carnage, massacre, slaughter, "
     "slaughtered, annihilated, decimated, obliterated, wiped out, wipeout, wipe out, armageddon, "
     "catastrophe, catastrophic, disaster, disastrous, black monday, black thursday, delisted, "
     "delisting, delist, ruin, ruined, death spiral, bank run, hacked, exploit, exploited, "
     "embezzlement, embezzled, lost everything, lost it all, lost all my money"},
    {MOOD, -2.2f,
     "dump, dumps, dumping, dumped, dump it, crash, crashes, crashed, crashing, tank, tanks, "
     "tanked, tanking, plunge, plunges, plunged, plunging, plummet, plummets, plummeted, "
     "plummeting, nosedive, nosedives, nosedived, tumble, tumbles, tumbled, tumbling, rout, "
     "routed, selloff, sell off, sells off, selling off, sold off, selloffs, sell offs, bleed, "
     "bleeding, bleeds, bled, hemorrhage, hemorrhaging, blood in the streets, blood red, "
     "pummeled, pummelled, hammered, clobbered, battered, slammed, slams, walloped, crushed, "
     "crushing losses, obliterate, destroyed, toast, doomed, doom, fucked, fuked, screwed, "
     "bagged, guillotine, puke, puking, puked, rolling over, rolls over, rolled over"},
    // Selling and betting against.
    {MOOD, -1.4f,
     "sell, sells, selling, seller, sellers, sold, sell it, sell now, sell signal, sell rating, "
     "sell ratings, selling pressure, selling all, sold all, sell everything, sold everything, "
     "sell the rip, sell the rally, sell the news, get out, got out, getting out, take profits, "
     "taking profits, profit taking, take profit, puts, put option, put options, put spread, "
     "buy puts, buying puts, bought puts, put buying, puts printing, puts are printing, "
     "sell calls, selling calls, put sweep, put sweeps, bearish bets, shorting, shorted, "
     "short it, short this, going short, go short, goes short, went short, i'm short, im short, "
     "i am short, am short, short here, shorts it, short position, short positions, short seller, "
     "short sellers, short report, short thesis, underweight, underperform, underperforms, "
     "underperformed, underperforming, underperformer, market perform, sector weight, "
     "insider selling, insider sells, trims stake, cuts stake, sells stake, dumps stake, "
     "exits stake, slashes stake, overvalued, over valued, overpriced, overextended, overbought, "
     "over bought, too expensive, expensive, bubble, bubbles, bubbly, frothy, froth, overhyped, "
     "overrated, death cross, head and shoulders, double top, rising wedge, lower high, "
     "lower highs, lower low, lower lows, bear flag, bear pennant, bull trap, bulltrap, gap down, "
     "gapped down, gapping down, red day, red days, red candle, red candles, red dildo, big red, "
     "all red, deep red, in the red, so red, bloody, topped out, topping, top is in, toppy, "
     "topped, out of the money, OTM, theta gang, theta decay, iv crush, leg lower, leg down, "
     "legs lower, next leg down, more downside, further downside"},
    {MOOD, -1.8f,
     "FUD, fudster, fudsters, fudding, manipulation, manipulated, manipulating, manipulate, "
     "rigged, crooked, crooks, crook, shill, shills, shilling, shilled, pumpers, pumper, "
     "ponzinomics, crime, criminal, criminals, corrupt, corruption, illegal, cheating, cheated, "
     "steals, stealing, stolen, stole, theft, thieves, hack, hackers, vulnerability, ransomware, "
     "breach, breached, phishing, trash, garbage, dogshit, shitty, bullshit, junk, dumpster fire, "
     "dumpsterfire, clown, clowns, joke, a joke, nightmare, screw, screwing, crap, crappy, turd, "
     "piece of shit, bull shit, scum, halted, trading halted, halts trading, restricted, "
     "restricting, delay, delays, delayed, suspended, suspends, suspension, bans, banned, ban, "
     "crackdown"},
    // Missing the train is a compliment to the train.
    {MOOD, 0.8f,
     "FOMO, fomoing, hype, hyped, hyping, pump, pumps, pumping, pumped, pump it, momentum, "
     "bandwagon, trending, viral, going viral, unstoppable, moonboys, "
     "volume spike, high volume, huge volume, massive volume, volume surge"},

    // --------------------------------------------------------------- bulls and bears

    {MOOD, 2.6f,
     "bullish, bullishness, bull run, "
     "bull runs, bull market, bullmarket, raging bull, turned bullish, "
     "turns bullish"},
    {MOOD, 1.5f,
     "bull, bulls, bull case, bull thesis, bulls in control, uptrend, uptrends, up trend, "
     "trending up, trending higher, risk on, riskon, upside, upbeat, optimistic, optimism, "
     "sanguine, constructive, tailwind, tailwinds, greenshoots, green shoots, goldilocks, "
     "soft landing, animal spirits, santa rally, altseason, alt season, halving, ATH, "
     "all time high, all time highs, new high, new highs, record high, record highs, fresh highs, "
     "fresh high, week high, month high, year high, multi year high, highest level, highest since"},
    {MOOD, -2.6f,
     "bearish, bearishness, turned bearish, turns bearish, "
     "bear market, bearmarket, crypto winter"},
    {MOOD, -1.5f,
     "bear, bears, bear case, bear thesis, bears in control, loses a bull, loses bull, new bear, "
     "downtrend, downtrends, down trend, trending down, trending lower, risk off, riskoff, "
     "downside, downbeat, pessimistic, pessimism, gloomy, gloom, dire, headwind, headwinds, "
     "hard landing, stagflation, ATL, all time low, all time lows, new low, new lows, record low, "
     "record lows, fresh lows, fresh low, week low, month low, year low, multi year low, "
     "lowest level, lowest since, lowest levels"},

    // --------------------------------------------------------------- what prices do

    {MOOD, 2.4f,
     "surge, surges, surged, surging, soar, soars, soared, soaring, rocketed higher, explodes, "
     "explodes higher, breakout, breakouts, break out, breaking out, breaks out, broke out, "
     "broken out, spikes higher, blasts, vaults, vaulted, catapults, catapulted"},
    {MOOD, 1.8f,
     "rally, rallies, rallied, rallying, jump, jumps, jumped, jumping, pops, popped, popping, "
     "leap, leapt, leaped, spikes, spiked, spiking, roars, roaring, roared, rebound, rebounds, "
     "rebounded, rebounding, bounce, bounces, bounced, bouncing, bounce back, bounced back, "
     "recovering, recovers, recovered, climb, climbs, climbed, climbing, advance, advances, "
     "advanced, advancing, gainer, gainers, top gainers, up big, up huge, way up, shares up, "
     "stock up, stocks up, up premarket, up after, higher after, moves higher, moving higher, "
     "moved higher, move higher, edges higher, edged higher, trades higher, trading higher, "
     "opens higher, opened higher, closes higher, closed higher, higher on, grinding higher, "
     "pushes higher, pushed higher, heading higher, headed higher, going higher, go higher, "
     "going up, go up, goes up, went up, gone up, shot up, shoot up, shooting up, shoots up, "
     "ramping, ramping up, melt up, melting up, up from here, dow up, nasdaq up, futures up, "
     "up on, reclaims, reclaimed, reclaim, regains, regained, regain"},
    {MOOD, 1.2f,
     "up, rise, rises, rose, risen, rising, gain, gained, gaining, higher, high, highs, green, "
     "lift, lifts, lifted, lifting, inch up, inches up, inch higher, ticks up, ticked up, uptick, "
     "upticks, upswing, upmove, firmer, firming, firms, firmed, strengthen, strengthens, "
     "strengthened, strengthening, appreciate, appreciates, appreciated, appreciating, "
     "appreciation, buoyant, buoyed, buoy, buoys, bid tone, well bid, supported, resilient, "
     "resilience, steadies, stabilise, stabilises, stabilize, stabilizes, stabilized, "
     "stabilizing, stabilised, stabilising, stabilization, support holds, above, tops, "
     "topping estimates, builds on, extends gains, pares losses, erases losses, trims losses, "
     "snaps back, +%"},
    {MOOD, -1.8f,
     "drop, drops, dropped, dropping, slump, slumps, slumped, slumping, slide, slides, slid, "
     "sliding, sink, sinks, sank, sinking, sunk, skid, skids, dives, dive, diving, dived, "
     "stumble, stumbles, stumbled, falls, falling, fell, fallen, fall, decline, declines, "
     "declined, declining, retreat, retreats, retreated, retreating, losers, top losers, loser, "
     "down big, way down, shares down, stock down, stocks down, down premarket, down after, "
     "lower after, moves lower, moving lower, moved lower, move lower, edges lower, edged lower, "
     "trades lower, trading lower, opens lower, opened lower, closes lower, closed lower, "
     "lower on, grinding lower, pushes lower, pushed lower, heading lower, headed lower, "
     "going lower, go lower, going down, go down, goes down, went down, gone down, downward, "
     "downwards, dow down, nasdaq down, futures down, breakdown, breakdowns, break down, "
     "breaks down, breaking down, broke down, broken down, loses support, lost support, "
     "breaks support, broke support, fading, fades, faded, shed, sheds, shedding, wipes, wiped, "
     "wipes out, erases gains, pares gains, trims gains, gives up gains, gave back, gives back"},
    {MOOD, -1.1f,
     "down, lower, low, lows, red, dip, dips, dipped, dipping, slip, slips, slipped, slipping, "
     "ease, eases, eased, ticks down, ticked down, downtick, downswing, weaken, weakens, "
     "weakened, weakening, weak, weaker, weakest, weakness, depreciate, depreciates, depreciated, "
     "depreciation, soften, softens, softer, softening, soft, sluggish, subdued, lag, lags, "
     "lagged, lagging, laggard, laggards, pullback, pullbacks, pulls back, pulled back, "
     "pull back, correction, corrections, corrective, consolidating lower, pressured, "
     "under pressure, pressures, pressure on, weigh, weighs, weighed, weighing, weighs on, "
     "weigh on, drag, drags, dragged, dragging, below, stuck, struggle, struggles, struggled, "
     "struggling, stagnant, stagnates, stagnation, stalls, stalled, stalling, stall, sideways, "
     "choppy, rangebound, -%"},
    // The dip that is there to be bought, the low that is left behind.
    {MOOD, 0.8f,
     "off the lows, off lows, from the lows, off its lows, off the bottom, dip is over, "
     "bounce off support, lower risk, low risk, lower costs, lower cost, low cost, low valuation, "
     "low float, limited downside, downside protection, downside is limited, low debt, "
     "red to green, lower taxes, lower tax, tax cut, tax cuts, rate cut, rate cuts, cuts rates, "
     "cut rates, lower rates, dovish, stimulus, easing, easing fears, fears ease, easing concerns"},
    {MOOD, -0.8f,
     "off the highs, off highs, from the highs, off its highs, higher costs, higher cost, "
     "rising costs, high cost, high debt, higher rates, rate hike, rate hikes, hikes rates, "
     "raises rates, hawkish, tightening, higher taxes, tax hike, high risk, higher risk, "
     "green to red, limited upside, upside is limited, inflation, inflationary, rising rates, "
     "rising yields, higher yields, higher inflation, rising inflation, tapering, high valuation, "
     "up against, dried up, messed up, fucked up, screwed up, gave up, give up, giving up, "
     "given up, gives up"},

    // --------------------------------------------------------------- results and ratings

    {MOOD, 2.6f,
     "beats, beat, beat estimates, beats estimates, beat expectations, beats expectations, "
     "beat on, beats on, beats by, eps beats, topped estimates, tops estimates, "
     "topped expectations, tops expectations, tops views, above expectations, above consensus, "
     "better than expected, better than feared, stronger than expected, crushes estimates, "
     "crushed estimates, crushed earnings, crushing it, crush earnings, smashes, "
     "smashed estimates, smashed earnings, blowout, blowout earnings, blowout quarter, blow out, "
     "blew out, upgrade, upgrades, upgraded, upgraded to, upgrading, target raised, "
     "price target raised, target raised to, raises target, raises price target, raised target, "
     "target boosted, target lifted, target hiked, target upped, pt raised, raises pt, ups pt, "
     "pt hiked, street high target, initiated at buy, started at buy, starts at buy, "
     "initiates with buy, raises guidance, raised guidance, raises outlook, raised outlook, "
     "raises forecast, raised forecast, lifts guidance, lifts outlook, lifts forecast, "
     "boosts guidance, boosts outlook, ups guidance, hikes guidance, guides higher, "
     "guidance raised, outlook raised, raises dividend, raised dividend, boosts dividend, "
     "hikes dividend, dividend increase, dividend hike, increases dividend, "
     "declares special dividend, record revenue, record revenues, record earnings, record profit, "
     "record profits, record sales, record quarter, record results, swings to profit, "
     "to overweight, to outperform, beat and raise, double beat, triple beat"},
    {MOOD, 1.4f,
     "raised to, raises, raised, boost, boosts, boosted, boosting, profit, profits, profitable, "
     "profitability, growth, grow, grows, grew, growing, grown, accelerate, accelerates, "
     "accelerated, accelerating, acceleration, expand, expands, expanded, expanding, expansion, "
     "improve, improves, improved, improving, improvement, improvements, strong, stronger, "
     "strongest, strongly, strength, robust, solid, healthy, exceeds, exceeded, exceed, "
     "exceeding, surpass, surpasses, surpassed, surpassing, outpace, outpaces, outpaced, "
     "outpacing, win, wins, won, winning, winner, winners, success, successful, successfully, "
     "succeed, succeeds, succeeded, achieve, achieves, achieved, milestone, breakthrough, "
     "approval, approved, approves, fda approval, clearance, cleared, greenlight, green light, "
     "launch, launches, launched, partnership, partnerships, partners with, teams up, "
     "teams up with, collaboration, joint venture, contract win, awarded, lands contract, "
     "wins contract, secures, secured, landed, signs deal, inks deal, deal reached, "
     "agreement reached, acquisition offer, buyout, takeover, takeover bid, takeover offer, "
     "merger approved, listing, uplisting, adoption, adopted, mass adoption, positive, "
     "positively, favorable, favourable, encouraging, promising, attractive, compelling, "
     "turnaround, turn around, turned around, rebounding demand, strong demand, robust demand, "
     "demand surges, market share gains, gaining share, taking share, losses narrow, "
     "loss narrows, narrower loss, narrows loss, cuts debt, reduces debt, debt free, cash rich, "
     "cash flow positive, free cash flow, cut costs, cutting costs, cuts costs, cost cuts, "
     "synergies, efficient, efficiency, innovation, innovative, leader, leading, leadership, "
     "dominates, dominating, dominant, well positioned, best in class, moat, undervaluation, "
     "re rating, rerating"},
    {MOOD, -2.6f,
     "misses, misses on, misses by, missed estimates, misses estimates, missed expectations, "
     "misses expectations, eps misses, eps miss, earnings miss, revenue miss, falls short, "
     "fell short, fall short, below expectations, below consensus, below estimates, "
     "worse than expected, worse than feared, weaker than expected, lower than expected, "
     "disappoint, disappoints, disappointed, disappointing, disappointment, disappointments, "
     "downgrade, downgrades, downgraded, downgraded to, downgrading, double downgrade, "
     "target cut, price target cut, target cut to, cuts target, cuts price target, "
     "target lowered, target slashed, target trimmed, target reduced, slashes target, "
     "lowers target, slashes pt, cuts pt, lowers pt, pt cut, pt lowered, street low target, "
     "cut to, cuts to, cut to sell, cut to hold, cut to neutral, cuts guidance, cut guidance, "
     "cuts outlook, cut outlook, cuts forecast, cut forecast, lowers guidance, lowered guidance, "
     "lowers outlook, lowers forecast, slashes guidance, slashes forecast, slashes outlook, "
     "withdraws guidance, pulls guidance, suspends guidance, guides lower, guides below, "
     "guidance cut, guidance below, weak guidance, light guidance, weak outlook, soft guidance, "
     "profit warning, issues warning, cuts dividend, cut dividend, dividend cut, "
     "suspends dividend, slashes dividend, dividend suspended, eliminates dividend, "
     "swings to loss, net loss widens, loss widens, losses widen, wider loss, going concern, "
     "accounting irregularities, restatement, restates, to underweight, to underperform, to sell"},
    {MOOD, -1.6f,
     "miss, missed, cut, cuts, cutting, slash, slashes, slashed, slashing, trimmed, trims, "
     "reduces, lowers, lowered, lowering, warn, warns, warned, warning, warnings, loss, losses, "
     "losing, lose, loses, lost, unprofitable, shrink, shrinks, shrinking, shrank, shrunk, "
     "contraction, contracts sharply, contracting, shortfall, deteriorate, deteriorates, "
     "deteriorated, deteriorating, deterioration, worsen, worsens, worsened, worsening, worse, "
     "worst, poor, poorly, bleak, grim, layoff, layoffs, lays off, laid off, laying off, "
     "job cuts, cuts jobs, cutting jobs, fired, fires, furlough, furloughs, resign, resigns, "
     "resigned, resignation, steps down, stepping down, departs, departure, ousted, lawsuit, "
     "lawsuits, sues, sued, suing, class action, litigation, probe, probes, probed, "
     "investigation, investigations, investigated, investigating, subpoena, subpoenaed, indicted, "
     "indictment, charged, charges against, allegations, alleges, alleged, accused, accuses, "
     "accusation, antitrust, fine, fined, fines, penalty, penalties, settlement talks fail, "
     "recall, recalls, recalled, halt, halts, grounded, grounding, rejects, rejected, rejection, "
     "denied, denies, blocked, blocks, terminates, terminated, cancel, cancels, canceled, "
     "cancelled, scrapped, scraps, abandons, abandoned, postponed, postpones, dilution, dilute, "
     "dilutes, diluting, dilutive, offering, equity offering, share offering, stock offering, "
     "secondary offering, public offering, priced offering, debt, indebted, overleveraged, "
     "default, defaults, defaulted, defaulting, downturn, recession, recessionary, depression, "
     "slowdown, slowing, slows, slowed, slow, slower, trade war, tariff, tariffs, sanction, "
     "sanctions, sanctioned, shutdown, shut down, shuts down, shutting down, closes stores, "
     "closing stores, store closures, shutter, shutters, shuttered, supply glut, glut, "
     "oversupply, shortage, shortages, negative, negatively, unfavorable, adverse, adversely, "
     "impairment, writedown, write down, write off, writeoff, wrote off, goodwill charge, "
     "downsizing, strike action, outage, outages, exit, exits, failure, failures, fail, fails, "
     "failed, failing, fiasco, flop, flops, flopped, problem, problems, trouble, troubled, "
     "troubles, concern, concerns, concerned, concerning, worry, worries, worried, worrying, "
     "worrisome, fear, fears, feared, fearful, afraid, scared, scary, panic, panics, panicked, "
     "panicking, anxiety, anxious, nervous, jitters, jittery, uncertainty, uncertain, turmoil, "
     "turbulence, turbulent, chaos, crisis, crises, shock, contagion, threat, threatens, "
     "threatened, threats, dangerous, danger, risky, hurt, hurts, hurting, damage, damaged, "
     "damages, damaging, suffer, suffers, suffered, suffering, pain, painful, harm, harmed, "
     "victim, victims, coronavirus, pandemic, outbreak, virus, lockdown, lockdowns, war, attack, "
     "attacks"},
    {MOOD, -0.8f,
     "risk, risks, volatile, volatility, caution, cautious, cautiously, skeptical, skepticism, "
     "doubt, doubts, doubtful, questionable, mixed, disruption, disruptions, disrupted, unlikely, "
     "unable, limited, restrictions, scrutiny, resistance, challenge, challenges, challenging, "
     "tough, difficult, difficulties, hard, burden, burdened, costly, vulnerable, fragile, "
     "decelerate, decelerates, decelerating, deceleration, unchanged guidance, sidelines, "
     "sidelined, to neutral, to hold, to equal weight, to market perform, to sector perform, "
     "to perform, to in line, to peer perform, to equalweight, retest lows, death, deaths, dead, "
     "die, dying, dies, died, kill, kills, killed, killing, broke, broken, toxic, wrong, "
     "stop loss, stopped out, dark, darker, overhang, overdone, late to the party, too late, "
     "missed the boat, outflow, outflows, impact from, hit by, hits by"},

    // --------------------------------------------------------------- moods of any talk

    {MOOD, 2.0f,
     "amazing, awesome, fantastic, incredible, excellent, outstanding, "
     "phenomenal, spectacular, magnificent, brilliant, superb, stellar, epic, legendary, legend, "
     "beast, beast mode, monster, insane gains, glorious, masterpiece, GOAT, perfect, perfection, "
     "flawless, love, loved, loving, loves, lovely, euphoria, euphoric, ecstatic, thrilled, "
     "stoked, excited, exciting, excitement, celebrate, celebrating, rich, get rich, "
     "getting rich, millionaire, millionaires, billionaire, wealthy, retire early, life changing, "
     "lifechanging, generational wealth, financial freedom, jackpot, bonanza, windfall, "
     "fucking love, hell yeah, hell yes, fuck yeah, fuck yes, lets goooo, holy grail, the future, "
     "is the future, game changer, gamechanger, game changing, revolutionary, boom, booms, "
     "booming, boomed, thrive, thrives, thriving, prosper, prosperity, flourish"},
    {MOOD, 1.3f,
     "good, great, nice, nicely, well done, best, better, happy, happier, glad, fun, enjoy, "
     "enjoyed, beautiful, gorgeous, impressive, impressed, impress, impresses, cool, sweet, sexy, "
     "juicy, tasty, yummy, delicious, lit, fire, win win, congrats, congratulations, cheers, "
     "thank you, thanks, blessed, blessing, confident, confidence, conviction, convinced, "
     "certain, believe, believes, believer, believers, believing, faith, trust, trusted, hope, "
     "hopeful, hopes, hoping, smart, genius, wise, legit, legitimate, undisputed, safe, safer, "
     "secure, stable, stability, steady, opportunity, opportunities, potential, huge potential, "
     "valuable, value, worth it, well worth, reward, rewards, rewarded, rewarding, benefit, "
     "benefits, benefited, benefiting, advantage, advantages, support, supports, supportive, "
     "recommend, recommends, recommended, bless, godspeed, hero, heroes, champion, victory, "
     "welcome, yes, yay, yeah, wow, woohoo, woo, hooray, nailed it, nailed, killing it, killer, "
     "printing, prints, paid off, pays off, pay off, payday, made money, making money, "
     "make money, made bank, make bank, make millions, making bank, up only, no doubt, "
     "without a doubt, without doubt, can't go wrong, cant go wrong, can t go wrong, can't lose, "
     "cant lose, can t lose, nothing to lose, never been better, not bad, not too bad, "
     "not bad at all, doesn't disappoint, never disappoints, no worries, don't worry, dont worry, "
     "don t worry, don't panic, dont panic, no fear, fearless, :), :d"},
    {MOOD, -2.0f,
     "terrible, horrible, awful, horrendous, horrific, atrocious, abysmal, dreadful, pathetic, "
     "disgusting, disgusted, disgrace, disgraceful, hate, hated, hates, hating, despise, furious, "
     "outrage, outraged, outrageous, devastated, devastating, devastation, tragic, tragedy, "
     "hopeless, despair, desperate, misery, miserable, suicide, suicidal, depressed, depressing, "
     "crying, cry, sobbing, tears, heartbroken, screwed over, fuck this, fuck me, fuck off, "
     "fuck you, go fuck, stay away, run away, avoid, avoided, avoiding, avoid this, trap, traps, "
     "trapped, lied, lies, liar, liars, lying, betrayed, betrayal, deceptive, misleading, misled, "
     "mislead, fake, phony, bogus, evil, greedy, greed, predatory"},
    {MOOD, -1.3f,
     "bad, badly, sad, sadly, unfortunately, unfortunate, unhappy, upset, upsetting, angry, "
     "anger, mad, annoyed, annoying, frustrated, frustrating, frustration, sick, sick of, "
     "tired of, ugly, ugh, yikes, ouch, oof, rip to, meh, lame, boring, dull, dumb, stupid, "
     "stupidity, idiot, idiots, idiotic, moron, morons, fool, fools, foolish, ridiculous, absurd, "
     "nonsense, useless, pointless, waste, wasted, wasting, regret, regrets, regretted, "
     "regretting, mistake, mistakes, wrongly, error, errors, blame, blamed, shame, shameful, "
     "ashamed, embarrassing, embarrassed, embarrassment, suck, sucks, sucked, sucking, shit show, "
     "shitshow, mess, messy, missing out, unacceptable, incompetent, incompetence, ignorant, "
     "delusional, delusion, naive, reckless, irresponsible, gamble, gambling, no idea, no hope, "
     "no future, no good, not good, not great, no one wants, nobody wants, bitch, bastards, "
     "assholes, asshole, scumbag, rotten, weird, unfair, bitter, lonely, sorry, worst case, "
     "give me a break, WTF, SMH, done with this, what a joke, i'm done, im done, i m done, :(, :/"},

    // --------------------------------------------------------------- phrases that mislead

    {MOOD, 0.0f,
     "buy or sell, buys and sells, bought and sold, buy sell, call it, conference call, "
     "earnings call, conference calls, earnings calls, analyst calls, called up, short term, "
     "shorter term, short run, near term, short interest, short float, long run, put it, put up, "
     "bear in mind, bear with, bear with me, bear stearns, red bull, merrill lynch, "
     "hold on, hold up, on hold, holding company, holdings company, beat up, high time, "
     "high school, high frequency, high yield, higher education, low key, lowkey, highs and lows, "
     "up to, up to date, up for, sign up, set up, end up, ended up, ends up, wake up, grow up, "
     "show up, shows up, look up, looking up, pick up, coming up, up or down, bring up, "
     "brought up, come up, came up, make up, made up, follow up, open up, catch up, line up, "
     "lined up, back up, warm up, wrap up, speak up, shut up, start up, ups and downs, what's up, "
     "whats up, what s up, up in the air, up until, log down, write it down, slow down, sit down, "
     "calm down, break it down, down the road, down the line, hands down, let me down, "
     "market cap, lower bound, upper bound, stop limit, stop order, high of, low of, day low, "
     "day high, lower than, higher than, above all, as well, as good as, good faith, good luck, "
     "good morning, good night, good question, good bye, love to know, love to hear, "
     "better understand, best way to, what is the best, best regards, any good, is it good, "
     "fire up, fired up, burn rate, cash burn, current support, support level, support levels, "
     "support line, support area, support zone, support at, resistance level, resistance levels, "
     "resistance line, resistance at, initial support, technical support, customer support, "
     "support team, risk free, risk reward, at risk of, risk management, risk barometer, "
     "value stocks, value investing, market value, face value, book value, value of, fair value, "
     "stake in, at stake, stop losing, cut losses, interest rates, new york, trust fund, "
     "trust me, trustee, gold standard, growth stocks, growth stock, growth rate, "
     "social security, security, securities, federal reserve, war chest, star wars, "
     "console war, console wars, world war, virus scan, hard to say, hard fork, hard to believe, "
     "hard drive, hard cash, work hard, working hard, dead serious, crazy good, no problem, "
     "no problems, not a problem, no trouble, hell no, sorry if, sorry for, sorry to, "
     "price target, same store sales, store sales, sales rep, for sale, sales tax, sold out, "
     "bought out, negative rates, negative yield, positive negative, covid positive, "
     "tested positive, test positive, rate decision, positions or ban, ban me, mods ban, "
     "got banned, been banned, broke out of, fine with, doing fine, fine print, i'm fine, "
     "fire sale, strike price, strike prices, hit me, cut off, haircut, loss porn flair, "
     "gap fill, gap filled, mixed bag, loss leader, paper trading, paper trade, paper money, "
     "ape in, market crash of, great depression, great recession, afford to lose, "
     "willing to lose, financial crisis"},
    // Bad things that end, good things that end.
    {MOOD, 1.2f,
     "no longer bearish, fear is gone, worst is over, bleeding stopped, stop the bleeding, "
     "end of the war, peace deal, trade deal, ceasefire, truce, lifts ban, lifts restrictions, "
     "reopening, reopens, reopen, vaccine, cure, dismissed, acquitted, cleared of, settles, "
     "lawsuit dismissed, drops lawsuit, avoids bankruptcy, exits bankruptcy, "
     "emerges from bankruptcy, beats the market, beat the market, short ladder attack fails, "
     "bears wrong, bears were wrong, proved wrong, proven wrong, so wrong about"},
    {MOOD, -1.5f,
     "party is over, end of the rally, rally is over, bull market is over, rally fades, "
     "rally fizzles, rally stalls, gains fade, losing steam, loses steam, lost steam, "
     "losing momentum, loses momentum, lost momentum, out of steam, running out of, ran out of, "
     "too good to be, hype is over, hype is dead, it's over, its over, it s over, game over, "
     "growth slows, slowing growth, growth slowdown, slower growth, demand falls, weak demand, "
     "demand weakens, loses confidence, lost confidence, lack of confidence, lost faith, "
     "profits fall, profit falls, sales fall, sales drop, revenue falls, revenue drops, "
     "sales decline, profit drops, no bottom, no bottom in sight, more pain, pain ahead, "
     "more room to fall, further to fall, room to fall, priced for perfection, priced in, "
     "can't sell, cant sell, unable to sell, can't buy, can't withdraw, cant withdraw, "
     "withdrawals halted, halts withdrawals, pauses withdrawals, stopped buying, wouldn't buy, "
     "wouldnt buy, would not buy, don't buy, dont buy, don t buy, do not buy, not buying, "
     "stop buying, never buy, nobody is buying, no buyers, no volume, low volume"},

    // --------------------------------------------------------------- emoji

    {MOOD, 2.4f, "🚀, 🌝, 🌙, 🌕, 🌚, 🌛, 🌜"},
    {MOOD, 2.0f, "💎, 📈, 🐂, 🐃, 🤑, 💰, 💹, 🏆, 🥇, 👑"},
    {MOOD, 1.4f,
     "🙌, 🔥, 💪, 💯, 🎉, 🥳, 🤩, 😍, 🥰, 💸, 💵, 🍾, 🥂, 🍗, "
     "🦍, 🟢, ✅, ⬆, 🔝, 👍, 👏, 😎, ❤, 💚, 🦄, ⚡, 🌟, ⭐, "
     "✨, 🎯, 🎊, 🛸, 🪐, 🔼, ↗, 🤝, 💙, 🧡, 💛, 💜, 🖤"},
    {MOOD, 0.8f,
     "😀, 😁, 😃, 😄, 😊, 🙂, 😉, 😋, 😆, 😏, 🤗, 👌, 🙏, ☀, "
     "🌈, 🍀, 🤞, 🧠, 👀, 🎰, 🦾, 💥, 🤟, 🤘, ✊"},
    {MOOD, 0.3f, "😂, 🤣, 😹, 😅, 😜, 🤪"},
    {MOOD, -2.0f, "📉, 🐻, 💀, ☠, 🩸, 🔻, 🪦, ⚰, 💩, 🤮, 🤢"},
    {MOOD, -1.3f,
     "😭, 😢, 😡, 🤬, 😱, 😨, 😰, 😩, 😫, 😖, 😞, 😔, 😟, 🙁, "
     "☹, 😠, 👎, 🔴, ❌, ⬇, 💔, 🚨, ⚠, 🤡, 🧻, 😬, 😓, 😥, "
     "😣, 🥺, 🔽, ↘, 🚩, 😿, 😤, 🆘, 🐍, 🪤, 🛑"},
    {MOOD, -0.5f, "🤦, 🤷, 😒, 🙄, 😐, 😑, 😕, 🤔, 🥱, 😴, 🥴, 😵"},

    // --------------------------------------------------------------- what changes a mood

    {NEGATE, 3.0f,
     "not, don't, dont, don t, doesn't, doesnt, doesn t, didn't, didnt, didn t, isn't, isnt, "
     "isn t, aren't, arent, aren t, ain't, aint, ain t, wasn't, wasnt, wasn t, weren't, werent, "
     "weren t, won't, wont, won t, wouldn't, wouldnt, wouldn t, can't, cant, can t, cannot, "
     "couldn't, couldnt, couldn t, shouldn't, shouldnt, shouldn t, haven't, havent, haven t, "
     "hasn't, hasnt, hasn t, hadn't, hadnt, hadn t, never, without, lack of, lacks, lacking, "
     "lack, fails to, failed to, fail to, failing to, failure to, refuse to, refuses to, "
     "refused to, unable to, struggles to, struggle to, instead of, rather than, far from, "
     "anything but, no sign of, no signs of, not a, not the, not even, neither, nor, nobody, "
     "none, no reason to, avoids"},
    {NEGATE, 2.0f,
     "no, zero, hardly, barely, less, stop, stopped, stops, no more, not any, scarcely"},
    // Words that look like a negation and are none.
    {SCALE, 1.3f,
     "not only, not just, no wonder, never been more, never been this, never been so, "
     "never been as, have never been, nothing but, can't stop, cant stop, won't stop, never stop, "
     "can't wait, cant wait, can t wait, don't miss, dont miss, don't stop"},
    {SCALE, 1.4f,
     "extremely, incredibly, insanely, massively, hugely, enormously, exceptionally, "
     "extraordinarily, absolutely, totally, completely, utterly, ridiculously, stupidly, fucking, "
     "fuckin, freaking, frigging, goddamn, damn, super, mega, ultra, hella, crazy, insane, "
     "massive, huge, enormous, giant, gigantic, colossal, tremendous, historic, unprecedented, "
     "severe, severely, drastic, drastically, dramatic, dramatically, sharp, sharply, steep, "
     "steeply, heavily, heavy"},
    {SCALE, 1.2f,
     "very, really, so, too, such, quite, pretty, highly, deeply, truly, seriously, literally, "
     "definitely, clearly, obviously, certainly, surely, much, many, big, bigger, biggest, large, "
     "major, significant, significantly, substantial, substantially, considerably, even, more, "
     "most, all, full, fully, real, serious, heck of a, hell of a, one hell of"},
    {SCALE, 0.6f,
     "slightly, somewhat, a bit, a little, little, little bit, kinda, kind of, sorta, sort of, "
     "marginally, mildly, modestly, modest, moderately, moderate, partially, partly, fairly, "
     "relatively, minor, mild, slight, small, some, almost, nearly, maybe, perhaps, possibly, "
     "possible, might, could, may, if, unless, supposedly, allegedly, apparently, rumor, rumors, "
     "rumored, rumour, potentially, would, should, can it, will it, wonder if, wondering if"},
    {CONTRAST, 0.5f,
     "but, however, although, though, yet, nevertheless, nonetheless, despite, except, "
     "on the other hand, that said, having said that, even though, even so, still"},

    {GM_LEXICON_PLAIN, 0.0f, NULL},
};
