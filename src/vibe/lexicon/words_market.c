// The speech of the market: what prices do, results and ratings, charts and trades. "#" is a
// number.
#include "vibe/lexicon/words.h"

#include <stddef.h>

#define MOOD GM_LEXICON_MOOD

const struct gm_lexicon_group gm_lexicon_market[] = {
    // --------------------------------------------------------------- what prices do

    {MOOD, 2.4f,
     "surge, surges, surged, surging, soar, soars, soared, soaring, rocketed higher, explodes, "
     "explodes higher, breakout, breakouts, break out, breaking out, breaks out, broke out, "
     "broken out, spikes higher, blasts, vaults, vaulted, catapults, catapulted"},
    {MOOD, 1.8f,
     "rally, rallies, rallied, rallying, jump, jumps, jumped, jumping, pops, popped, popping, "
     "leap, leapt, leaped, spikes, spiked, spiking, roars, roaring, roared, rebound, rebounds, "
     "rebounded, rebounding, bounce, bounces, bounced, bounce back, bounced back, recovering, "
     "recovers, recovered, climb, climbs, climbed, climbing, advance, advances, advancing, "
     "gainer, up big, up huge, way up, shares up, stock up, stocks up, up premarket, up after, "
     "higher after, moves higher, moving higher, moved higher, move higher, edges higher, "
     "edged higher, trades higher, trading higher, opens higher, opened higher, closes higher, "
     "closed higher, higher on, grinding higher, pushes higher, pushed higher, heading higher, "
     "headed higher, going higher, go higher, going up, go up, goes up, went up, gone up, "
     "shot up, shoot up, shooting up, shoots up, ramping, ramping up, melt up, melting up, "
     "up from here, dow up, nasdaq up, futures up, up on, reclaims, reclaimed, reclaim, regains, "
     "regained, regain"},
    {MOOD, 1.2f,
     "rise, rises, rose, risen, rising, gain, gained, gaining, higher, highs, green, lift, "
     "lifts, lifted, lifting, inch up, inches up, inch higher, ticks up, ticked up, uptick, "
     "upticks, upswing, upmove, firmer, firming, firmed, strengthen, strengthens, strengthened, "
     "strengthening, appreciate, appreciates, appreciated, appreciating, appreciation, buoyant, "
     "buoyed, buoy, buoys, bid tone, well bid, supported, resilient, resilience, steadies, "
     "stabilise, stabilises, stabilize, stabilizes, stabilized, stabilizing, stabilised, "
     "stabilising, stabilization, support holds, tops, topping estimates, builds on, "
     "extends gains, pares losses, trims losses, snaps back, +%"},
    {MOOD, -1.8f,
     "drop, drops, dropped, dropping, slump, slumps, slumped, slumping, slide, slides, slid, "
     "sliding, sink, sinks, sank, sinking, sunk, skid, skids, dives, dive, diving, dived, "
     "stumble, stumbles, stumbled, falls, falling, fell, fallen, fall, decline, declines, "
     "declined, declining, retreat, retreats, retreated, retreating, loser, down big, way down, "
     "shares down, stock down, stocks down, down premarket, down after, lower after, "
     "moves lower, moving lower, moved lower, move lower, edges lower, edged lower, "
     "trades lower, trading lower, opens lower, opened lower, closes lower, closed lower, "
     "lower on, grinding lower, pushes lower, pushed lower, heading lower, headed lower, "
     "going lower, go lower, going down, go down, goes down, went down, gone down, downward, "
     "downwards, dow down, nasdaq down, futures down, breakdown, breakdowns, break down, "
     "breaking down, broke down, broken down, loses support, lost support, breaks support, "
     "broke support, fading, faded, shed, sheds, shedding, wipes, wiped, wipes out, "
     "erases gains, trims gains, gives up gains, gave back, gives back"},
    {MOOD, -1.1f,
     "lower, lows, red, slip, slips, slipped, slipping, ease, eases, eased, ticks down, "
     "ticked down, downtick, downswing, weaken, weakens, weakened, weakening, weak, weaker, "
     "weakest, weakness, depreciate, depreciates, depreciated, depreciation, soften, softens, "
     "softer, softening, soft, sluggish, subdued, lag, lags, lagged, lagging, laggard, laggards, "
     "pullbacks, pulls back, pull back, correction, corrections, corrective, "
     "consolidating lower, pressured, pressures, pressure on, weigh, weighs, weighed, weighing, "
     "weighs on, weigh on, drag, drags, dragged, dragging, stuck, struggle, struggles, "
     "struggled, stagnant, stagnates, stagnation, stalls, stalled, stalling, stall, sideways, "
     "choppy, rangebound, -%"},
    // The dip that is there to be bought, the low that is left behind.
    {MOOD, 0.8f,
     "off the lows, off lows, from the lows, off its lows, off the bottom, dip is over, "
     "bounce off support, lower risk, low risk, lower costs, lower cost, low cost, "
     "low valuation, low float, limited downside, downside protection, downside is limited, "
     "low debt, red to green, lower taxes, lower tax, tax cut, tax cuts, rate cut, rate cuts, "
     "cuts rates, cut rates, lower rates, dovish, easing fears, fears ease, easing concerns"},
    {MOOD, -0.8f,
     "off the highs, off highs, from the highs, off its highs, higher costs, higher cost, "
     "rising costs, high cost, high debt, higher rates, rate hike, rate hikes, hikes rates, "
     "raises rates, hawkish, tightening, higher taxes, tax hike, higher risk, green to red, "
     "limited upside, upside is limited, inflation, inflationary, rising rates, rising yields, "
     "higher yields, higher inflation, rising inflation, tapering, high valuation, up against, "
     "dried up, messed up, screwed up, gave up, give up, giving up, given up, gives up"},

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
     "declares special dividend, record revenue, record revenues, record earnings, "
     "record profit, record profits, record sales, record quarter, record results, "
     "swings to profit, to overweight, to outperform, beat and raise, double beat, triple beat"},
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
     "partnership, partnerships, partners with, teams up, teams up with, collaboration, "
     "joint venture, contract win, awarded, lands contract, wins contract, secures, landed, "
     "signs deal, inks deal, deal reached, agreement reached, acquisition offer, buyout, "
     "takeover, takeover bid, takeover offer, merger approved, uplisting, adoption, adopted, "
     "positive, positively, favorable, favourable, encouraging, promising, attractive, "
     "compelling, turnaround, turn around, turned around, rebounding demand, strong demand, "
     "robust demand, demand surges, market share gains, gaining share, taking share, "
     "losses narrow, loss narrows, narrower loss, narrows loss, cuts debt, reduces debt, "
     "debt free, cash rich, cash flow positive, free cash flow, cut costs, cutting costs, "
     "cuts costs, cost cuts, synergies, efficient, efficiency, innovation, innovative, "
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
     "miss, cut, cuts, cutting, slash, slashes, slashed, slashing, trimmed, trims, reduces, "
     "lowers, lowered, lowering, warn, warns, warned, warning, warnings, losses, losing, lose, "
     "loses, lost, unprofitable, shrink, shrinks, shrinking, shrank, shrunk, contraction, "
     "contracts sharply, contracting, shortfall, deteriorate, deteriorates, deteriorated, "
     "deteriorating, deterioration, worsen, worsens, worsened, worsening, worst, poorly, bleak, "
     "grim, layoff, layoffs, lays off, laid off, laying off, job cuts, cuts jobs, cutting jobs, "
     "fired, fires, furlough, furloughs, resign, resigns, resigned, resignation, steps down, "
     "stepping down, departs, departure, ousted, lawsuit, lawsuits, sues, sued, suing, "
     "class action, litigation, probe, probes, probed, investigation, investigations, "
     "investigated, investigating, subpoena, subpoenaed, indicted, indictment, charges against, "
     "allegations, alleges, alleged, accused, accuses, accusation, antitrust, fined, fines, "
     "penalty, penalties, settlement talks fail, recall, recalls, recalled, grounded, grounding, "
     "rejects, rejected, rejection, denied, denies, blocked, blocks, terminates, terminated, "
     "cancel, cancels, canceled, cancelled, scrapped, scraps, abandons, abandoned, postponed, "
     "postpones, dilution, dilute, dilutes, diluting, dilutive, equity offering, share offering, "
     "stock offering, secondary offering, public offering, priced offering, indebted, default, "
     "defaults, defaulted, defaulting, downturn, recession, recessionary, depression, slowdown, "
     "slowed, trade war, tariff, tariffs, sanction, sanctions, sanctioned, shutdown, shut down, "
     "shuts down, closes stores, closing stores, store closures, shutter, shutters, shuttered, "
     "supply glut, glut, oversupply, shortage, shortages, negative, negatively, unfavorable, "
     "adverse, adversely, impairment, writedown, write down, write off, writeoff, wrote off, "
     "goodwill charge, downsizing, strike action, outage, outages, failure, failures, fail, "
     "fails, failed, failing, fiasco, flop, flops, flopped, trouble, troubled, troubles, "
     "concerning, worry, worries, worried, worrying, worrisome, feared, fearful, afraid, scared, "
     "scary, panic, panics, panicked, panicking, anxiety, anxious, nervous, jitters, jittery, "
     "uncertainty, uncertain, turmoil, turbulence, turbulent, chaos, crisis, crises, shock, "
     "contagion, threat, threatens, threatened, threats, dangerous, danger, risky, hurt, hurts, "
     "damage, damaged, damages, damaging, suffer, suffers, suffered, suffering, pain, painful, "
     "harm, harmed, victim, victims, lockdown, lockdowns, attack, attacks"},
    {MOOD, -0.8f,
     "risks, volatile, volatility, cautious, cautiously, skeptical, skepticism, doubt, doubts, "
     "doubtful, questionable, mixed, disruption, disruptions, disrupted, unlikely, unable, "
     "restrictions, scrutiny, challenge, challenges, challenging, tough, difficult, "
     "difficulties, burden, burdened, costly, vulnerable, fragile, decelerate, decelerates, "
     "decelerating, deceleration, unchanged guidance, sidelines, sidelined, to neutral, to hold, "
     "to equal weight, to market perform, to sector perform, to perform, to in line, "
     "to peer perform, to equalweight, retest lows, death, deaths, kill, kills, killed, killing, "
     "wrong, dark, darker, overhang, overdone, late to the party, too late, missed the boat, "
     "outflow, outflows, impact from, hit by, hits by"},

    // --------------------------------------------------------------- charts, trades and the
    // economy

    {MOOD, 1.8f,
     "break above, breaks above, breaking above, broke above, broken above, looks strong, "
     "looking strong, looks great, looking great, looks ready, looking ready, looks bullish, "
     "looking bullish, looks higher, looks solid, looks good, looking good, looks amazing, "
     "looks like a buy, looks like a winner, ready to break out, about to break out, "
     "ready for breakout, breakout watch, breakout soon, breakout coming, poised to, poised for, "
     "bullish engulfing, bullish divergence, bullish setup, bullish pattern, bullish cross, "
     "bullish crossover, bull cross, buyers in control, buyers stepping in, ripping higher, "
     "up #, up over #, big green candle, screaming higher, headed to #, going to #, go to #, "
     "all time highs, new ath, ath soon, ath incoming, another leg up, acting great, "
     "relative strength, squeeze mode, volume coming in, volume picking up, strong close, "
     "closed strong, closing strong, strong open, strong earnings, great earnings, "
     "good earnings, solid earnings, amazing earnings, great quarter, strong quarter, "
     "great numbers, strong numbers, huge quarter, monster quarter, monster earnings, # bagger"},
    {MOOD, 1.3f,
     "long setup, long setups, nice long, long trade, long entry, long trigger, looking long, "
     "long idea, long over, long above, i like it, like it here, like this one, like this stock, "
     "like this here, like the chart, like this chart, love this chart, love the chart, "
     "buy trigger, buy point, buy zone, buyable, close above, closed above, closes above, "
     "holds above, holding above, held above, stay above, stays above, back above, back over, "
     "above resistance, through resistance, over resistance, cleared resistance, "
     "clears resistance, broke resistance, breaks resistance, push above, move above, "
     "moved above, new hod, hod break, acting well, acts well, acting strong, holding up, "
     "holding up well, holding up nicely, holding well, holding nicely, held up, setting up, "
     "setting up nicely, sets up nicely, showing strength, nice strength, strength in, "
     "high tight flag, cup with handle, cup handle, falling wedge, golden pocket, "
     "positive divergence, pos divergence, crossed above, crosses above, cross above, "
     "bull flagging, gap and go, nice run, big run, huge run, starter position, "
     "started a position, opened a position, took a position, new position, added to, adding to, "
     "added here, adding here, adding more, add more, reloading, reload, reloaded, dip buy, "
     "buy dip, buy on dips, bid up, unusual call, call buyers, call volume, put sellers, "
     "short puts, turned green, turning green, going green, green close, close green, "
     "green again, back in the green, green on the day, upside target, higher prices, "
     "watch it run, let it run, let it ride, easy money, nice trade, great trade, good trade, "
     "winning trade, nice profit, nice gain, nice gains, good gains, great gains, solid gains, "
     "easy gains, locked in gains, clearing, clears, base breakout, triangle breakout, "
     "wedge breakout, channel breakout, range breakout, flag breakout, trend line breakout, "
     "oversold bounce, bounced off, bouncing off, bounce off, bounce here, bounce coming, "
     "bounce play, bottom bounce, reversal play, short covering rally, buyers here, big buyers, "
     "buyers are, seller is gone, sellers exhausted"},
    {MOOD, 1.2f,
     "jobless claims fall, jobless claims drop, jobless claims decline, claims fall, "
     "claims drop, unemployment falls, unemployment drops, lower unemployment, deficit narrows, "
     "deficit shrinks, tariff cut, tariff cuts, cut tariffs, cuts tariffs, cancel tariffs, "
     "cancels tariffs, suspends tariffs, tariff relief, settles lawsuit, settles class action, "
     "settle lawsuit, settle class action, ends probe, drops probe, suspends probe, "
     "worst is behind, worst may be over, worst is behind us, no recession, avoid recession, "
     "avoids recession, new orders, new jobs, creates jobs, create jobs, adds jobs, hiring, "
     "erases selloff, erases losses, erases sell off, fresh records, records, intraday record, "
     "recover, look beyond, looks past, shrugs off, shrug off, defies, upbeat outlook, pours in, "
     "pouring in, grants approval, raise dividend, increases quarterly dividend, "
     "raise quarterly dividend, raises quarterly dividend, breaks through, break through, "
     "smash expectations, smashes expectations, blow past, blows past, top estimates, "
     "top expectations"},
    {MOOD, 1.0f, "up"},
    {MOOD, 0.8f, "i trust, trust it, trust this, trust in, trusted, opportunities"},
    {MOOD, 0.7f,
     "leader, leading, leadership, potential, confidence vote, vaccine, cure, increase, "
     "increases, increased, record, inks, output cut, output cuts, production cut, "
     "production cuts, opec cuts, opec cut, extension, narrows, narrowed, halves"},
    {MOOD, 0.6f,
     "high, above, continuation, follow through, setup, setups, base, basing, flagging, pennant, "
     "bull pennant, trending, running, run up, targeting, next target, target #, pt #, entry, "
     "hod, bids, big bid, room to, momentum play, hammer, uptick in, macd cross, volume, "
     "setting, watching for, watch for, on watch, watchlist, long, swing long, bull put, "
     "bull call, adds, added, on dips, continues to, continues higher, relatively strong, "
     "tight range, nice volume, good volume, great volume, big volume, key level, "
     "needs to break, over #, above #"},
    {MOOD, 0.4f,
     "trust, gainers, top gainers, easing, stimulus, stake, secured, beauty, billionaire, "
     "popular, save, value"},
    {MOOD, 0.3f,
     "fine, launch, launches, launched, listing, the future, settles, based, charged up"},
    {MOOD, 0.2f,
     "short volume, short numbers, shares short, short shares, short data, short information, "
     "short percentage, short sale, days short, sold short, shares sold short, advanced, yield, "
     "yields, premium, solutions, solution, clean, preferred, instant, protection, safety, free, "
     "expert, experts"},
    {MOOD, 0.0f,
     "problem solved, fine with, fine print, slow and steady, long setup for, high of, low of, "
     "above all, down under, up to #, up from #, down from #, down to #, high yield, all time, "
     "real time, over time, over there, over here, over and over, over the, over a, over it, "
     "get over it, all over, took over, take over, start over, game over man, half over, "
     "hand over, left over, over under, the high, the low, so high, get high, getting high, "
     "high on, am high, high hopes, high five, high and low, low iq, high iq, set up a, "
     "base layer, base case, base pay, database, volume of, running a, running on, running out, "
     "run a node, running a node, long as, no problem at all, short supply due, record label, "
     "record player, broke record, increase in costs, increase the risk, increased risk, firms, "
     "number of, limited, holding corp, holding corporation, holding co, holding s a, holdings, "
     "bank holding, safety net"},
    {MOOD, -0.2f,
     "cost, tax, taxes, protest, protests, regulators, regulation, regulations, burn, burning, "
     "burns"},
    {MOOD, -0.4f,
     "coronavirus, virus, outbreak, pandemic, debt, losers, top losers, offering, frozen, "
     "distribution"},
    {MOOD, -0.6f,
     "low, below, lod, extended, divergence, trim, trimming, took profits, taking profit, "
     "took profit, sell half, sold half, book profits, resistance, overhead, "
     "overhead resistance, overhead supply, heavy volume selling, caution, pulled back, "
     "pulling back, pullback, lower trend line, needs to hold, must hold, if it breaks, "
     "test lows, retest, tests support, volume drying up, low of day, short, short position, "
     "short positions, short seller, cancer"},
    {MOOD, -0.7f,
     "decrease, decreases, decreased, deficit, deficits, conflict of interest, less likely, "
     "surprise loss, uneven, ban on"},
    {MOOD, -1.0f,
     "down, concern, concerns, concerned, problem, problems, slow, slows, slowing, slower, trap, "
     "fear, fears, charged"},
    {MOOD, -1.1f,
     "close below, closed below, closes below, below the, acting weak, acts weak, acting poorly, "
     "showing weakness, weakness in, negative divergence, neg divergence, distribution day, "
     "rollover, roll over, topping pattern, head shoulders, h s pattern, shooting star, "
     "hanging man, climax top, blowoff, exhaustion, crossed below, crosses below, cross below, "
     "took a loss, taking a loss, take a loss, take the loss, hit my stop, stops hit, "
     "turned red, turning red, going red, red close, close red, red again, red on the day, "
     "back in the red, downside target, lower prices, sell trigger, exit long, sold long, "
     "put buyers, put volume, call sellers, short calls, bear call, bear put, no bid, "
     "bid dropping, look out below, lookout below, watch out below, trouble ahead, shorter, "
     "gap down, gap lower, gaps lower, gapping lower, bounce is over, bounce failed, "
     "weak bounce, dead bounce, bounce fading, too far too fast, overextended, topped, "
     "rich valuation, rich valuations, stretched, cracks, cracking, cracked, breaks trend, "
     "broke trend, under the #, below the #, below #, under pressure"},
    {MOOD, -1.2f,
     "costs soar, costs surge, costs rise, costs climb, costs jump, costs soars, "
     "expansion costs, deficit soars, deficit widens, deficit surges, jobless claims rise, "
     "jobless claims surge, jobless claims jump, claims rise, claims surge, unemployment rises, "
     "unemployment surges, give back gains, gives back gains, pare gains, pared gains, "
     "paring gains, pares gains, trim gains, won't last, never ended well, no longer attractive, "
     "stop selloff, scaling back, scales back, scale back, on edge, tensions, tension, fizzles, "
     "fizzle, fizzled, wane, wanes, waning, idled, idles, suspend, suspending, prices soar, "
     "heading for a recession, mild recession, recession fears, sag, sags, sagging, back off, "
     "backs off, probing, shelved, shelves plan, cooling, cools, cooled off"},
    {MOOD, -1.3f, "exploit"},
    {MOOD, -1.6f,
     "down #, down over #, looks weak, looking weak, looks bad, looking bad, looks ugly, "
     "looking ugly, looks terrible, looks awful, looks heavy, looks lower, looks toppy, "
     "looks like crap, looks like shit, looks like a short, looks vulnerable, ugly chart, "
     "broken chart, chart is broken, short setup, short setups, nice short, great short, "
     "good short, easy short, perfect short, short entry, short trigger, short trade, "
     "short idea, short below, short under, looking short, like the short, added short, "
     "adding short, added to short, add to short, start short, started short, new short, "
     "swing short, still short, stay short, staying short, remain short, shorted more, "
     "short more, shorted this, i shorted, short the, shorting the, shorting this, shorting it, "
     "break below, breaks below, breaking below, broke below, broken below, below support, "
     "through support, breaks down, failed breakout, failed break, failed rally, failed bounce, "
     "failed to hold, failed at, fails at, rejected at, bearish engulfing, bearish divergence, "
     "bearish setup, bearish pattern, bearish cross, bearish crossover, bear cross, "
     "bear flagging, bearflag, relative weakness, sellers in control, heavy selling, "
     "selling off hard, selling into, blow off top, blowoff top, rising wedge, weak close, "
     "closed weak, weak earnings, bad earnings, terrible earnings, awful earnings, "
     "horrible earnings, bad quarter, terrible quarter, weak quarter, bad numbers, weak numbers, "
     "disappointing earnings, another leg down, rolling over here, going to roll over, top tick, "
     "screaming lower, gave it all back, trend broken, broken trend"},
    {MOOD, -2.0f,
     "is cancer, are cancer, like cancer, cancerous, frozen my account, froze my account, to 0, "
     "down to 0"},
    {MOOD, -3.0f, "chapter #, go to 0, goes to 0, worth 0"},

    {GM_LEXICON_PLAIN, 0.0f, NULL},
};
