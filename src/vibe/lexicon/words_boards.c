// The speech of the boards: prices that leave the planet, holding on, and being left with it.
#include "vibe/lexicon/words.h"

#include <stddef.h>

#define MOOD GM_LEXICON_MOOD

const struct gm_lexicon_group gm_lexicon_boards[] = {
    // --------------------------------------------------------------- the speech of the boards

    // Prices that leave the planet.
    {MOOD, 3.0f,
     "to the moon, tothemoon, mooning, moonshot, moonbound, moon bound, moon soon, moon mission, "
     "to mars, to pluto, to valhalla, to andromeda, to infinity, off to the races, blast off, "
     "lift off, liftoff, skyrocket, skyrockets, skyrocketing, skyrocketed, parabolic, "
     "going parabolic, gone parabolic, face ripper, face melter, send it, full send"},
    {MOOD, 2.5f,
     "moon, moons, mooned, rocket, rockets, rocketing, rocketed, rocket ship, rocketship, "
     "ripping, ripped higher, rips higher, gonna rip, going to rip, about to rip, ripper, "
     "ready to rip, ready to run, lambo, lambos, when lambo, infinity squeeze, MOASS, "
     "short squeeze, short squeezed, gamma squeeze, squeeze the shorts, squeezing the shorts, "
     "squoze, shorts are fucked, shorts are fuk, shorts r fuk, shorts fuk, shorts are screwed, "
     "shorts are trapped, shorts get burned, shorts burning, shorts are bleeding, "
     "burn the shorts, crush the shorts, shorts will cover, shorts must cover, "
     "shorts have to cover, shorts covering, short covering, bears r fuk, bears are fuk, "
     "bears are fucked, bears get wrecked, bears in shambles, rip bears, printer go brrr, brrr, "
     "brrrr, money printer, stonks only go up, only go up, only goes up, nothing but up, "
     "can only go up"},
    {MOOD, 1.8f,
     "squeeze, squeezes, squeezing, squeezed, the squeeze, squeeze incoming, squeezable, "
     "tendies, tendie, tendie town, gains, gainz, big gains, huge gains, gain porn, bagger, "
     "ten bagger, tenbagger, multibagger, multi bagger, 10x, 20x, 50x, 100x, 1000x, 5x, 3x, 2x, "
     "free money, money glitch, printing money, print money, prints money, LFG, LETSGO, "
     "let's fucking go, let's go, let's gooo, WAGMI, chad, gigachad, sendit, bangers, banger, "
     "gem, gems, hidden gem, 100x gem, next bitcoin, next gme, next tesla, next amazon"},
    // Holding on.
    {MOOD, 2.2f,
     "diamond hands, diamond hand, diamondhands, diamond handed, diamond handing, diamond balls, "
     "HODL, hodling, hodler, hodlers, hodled, hold the line, holding the line, hold the door, "
     "hold strong, holding strong, stay strong, apes strong, apes together strong, not selling, "
     "won't sell, never selling, never sell, don't sell, do not sell, not fucking selling, "
     "not leaving, in for the long, i like the stock, like the stock, love the stock, "
     "we like the stock, love this stock, i am not selling"},
    {MOOD, 1.2f,
     "hold, holding, hands of steel, strong hands, long term hold, long hold, set and forget, "
     "stonk, stonks, ape, apes, together strong, degen, degens, bullrun, diamonds, loaded up, "
     "strap in, buckle up, fasten your seatbelts, get in, hop in, jump in, all aboard, hop on, "
     "last chance, not too late, cant stop wont stop, sky is the limit, sky's the limit, "
     "this is the way, power to the players, brick by brick, the tide is turning"},
    // Buying.
    {MOOD, 2.0f,
     "buy the dip, buying the dip, bought the dip, buy the fucking dip, buy this dip, "
     "buying this dip, buy dips, buy more, buying more, bought more, back up the truck, "
     "backing up the truck, all in, going all in, went all in, load up, loading up, "
     "load the boat, loading the boat, BTFD, BTD, dip buyers, dip buying, strong buy, "
     "table pounding, table pounder, top pick, best idea, screaming buy, must buy, must own, "
     "no brainer, nobrainer, easy buy, great buy, good buy, good entry, great entry, "
     "cheap entry, on sale, on the cheap, dirt cheap, too cheap, undervalued, under valued, "
     "way undervalued, underpriced, oversold, fire sale prices, steal, a steal, buy signal, "
     "golden cross, cup and handle, sell puts, selling puts, sold puts, buy calls, buying calls, "
     "bought calls, call buying, calls printing, calls are printing, deep value, "
     "margin of safety"},
    {MOOD, 1.2f,
     "buy, buys, bought, buyers, buyer, buy it, buy now, accumulate, accumulating, accumulated, "
     "accumulation, adding, added more, scooped, scooping, scoop up, gobble, nibble, calls, "
     "call option, call options, call spread, long calls, leaps, going long, go long, went long, "
     "long position, longs, staying long, i'm long, i am long, am long, remain long, stay long, "
     "long and strong, long here, overweight, outperform, outperforms, outperformed, "
     "outperforming, outperformer, outperformance, buy rating, buy ratings, conviction buy, "
     "conviction list, buyback, buybacks, buy back, repurchase, repurchases, share repurchase, "
     "insider buying, insider buys, raises stake, boosts stake, takes stake, discounted, "
     "bargain, bargains, cheap, inexpensive, catalyst, catalysts, in the money, ITM, "
     "cash secured puts"},
    {MOOD, 1.0f,
     "bullish bets, call sweep, call sweeps, sweepers, whales buying, whale buying, "
     "institutions are buying, reversing higher, bottomed, bottom is in, bottoming, "
     "put in a bottom, double bottom, higher low, higher lows, higher high, higher highs, "
     "bull flag, bull pattern, ascending triangle, inverse head and shoulders, breakaway gap, "
     "gap up, gapped up, gapping up, green day, green days, green candle, green candles, "
     "green dildo, big green, all green, deep green, in the green, so green, nice setup, "
     "good setup, great setup, beautiful chart, beautiful setup, powerful move, nice move, "
     "nice pop, nice bounce, coiling, coiled, primed, poised, ready to explode, "
     "about to explode, going to explode, gonna explode, explosive, exploding, explode, "
     "exploded, on fire, heating up, gamma ramp, just getting started, just the beginning, "
     "early innings, in play, new leg higher, leg higher, next leg up, leg up, legs higher, "
     "room to run, more upside, further upside, big upside, huge upside, upside potential, "
     "lots of upside"},
    // Letting go, and being left with it.
    {MOOD, -2.2f,
     "paper hands, paper hand, paper handed, paper handing, paperhanded, weak hands, bag holder, "
     "bag holders, bagholder, holding the bag, holding bags, heavy bags, left holding, "
     "holding these bags, panic sell, panic selling, panic sold, panic sellers, capitulated, "
     "capitulation, capitulating, rekt, wrecked, NGMI, GUH, loss porn, blew up, "
     "blown up account, blew up my account, blow up, margin call, margin calls, margin called, "
     "margin debt, get rekt, got rekt, getting rekt, f in the chat, cope, exit scam, dead money, "
     "dead cat bounce, catch a falling knife, falling knife, falling knives, rug, rugged, rugs, "
     "rugpull, rug pull, rug pulls, rug pulled, rugpulled, pump and dump, pump n dump, honeypot, "
     "shitcoin, shitcoins, shitco, behind wendys, behind the wendys, wendys dumpster"},
    {MOOD, -3.0f,
     "scam, scams, scammer, scammers, scammed, ponzi, ponzis, ponzi scheme, fraud, frauds, "
     "fraudulent, fraudster, wire fraud, securities fraud, bankrupt, bankruptcy, bankruptcies, "
     "goes bankrupt, going bankrupt, insolvent, insolvency, liquidated, going to zero, "
     "go to zero, goes to zero, went to zero, headed to zero, going to 0, heading to zero, "
     "worthless, collapse, collapses, collapsed, collapsing, implode, implodes, imploded, "
     "imploding, implosion, meltdown, melting down, crater, craters, cratered, cratering, "
     "freefall, bloodbath, blood bath, carnage, massacre, slaughter, slaughtered, annihilated, "
     "decimated, obliterated, wiped out, wipeout, wipe out, armageddon, catastrophe, "
     "catastrophic, disaster, disastrous, black monday, black thursday, delisted, delisting, "
     "delist, ruin, ruined, death spiral, bank run, hacked, exploited, embezzlement, embezzled, "
     "lost everything, lost all my money"},
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
     "sells, seller, sellers, sell it, sell now, sell signal, sell rating, sell ratings, "
     "selling pressure, selling all, sold all, sell everything, sell the rip, sell the rally, "
     "sell the news, get out, got out, getting out, take profits, taking profits, profit taking, "
     "take profit, puts, put option, put options, put spread, buy puts, buying puts, "
     "bought puts, put buying, puts printing, puts are printing, sell calls, selling calls, "
     "put sweep, put sweeps, bearish bets, shorting, shorted, short it, short this, going short, "
     "go short, goes short, went short, i'm short, i am short, am short, short here, shorts it, "
     "short report, short thesis, underweight, underperform, underperforms, underperformed, "
     "underperforming, underperformer, market perform, sector weight, insider selling, "
     "insider sells, trims stake, cuts stake, sells stake, dumps stake, exits stake, "
     "slashes stake, overvalued, over valued, overpriced, over bought, too expensive, bubble, "
     "bubbles, bubbly, frothy, froth, overhyped, overrated, death cross, head and shoulders, "
     "double top, lower high, lower highs, lower low, bear flag, bear pennant, bull trap, "
     "bulltrap, gapped down, gapping down, red day, red days, red candle, red candles, "
     "red dildo, big red, all red, deep red, in the red, so red, topped out, topping, top is in, "
     "toppy, out of the money, theta gang, theta decay, iv crush, leg lower, leg down, "
     "legs lower, next leg down, further downside"},
    {MOOD, -1.8f,
     "FUD, fudster, fudsters, fudding, manipulation, manipulated, manipulating, manipulate, "
     "rigged, crooked, crooks, shills, shilling, pumpers, pumper, ponzinomics, crime, criminal, "
     "criminals, corrupt, corruption, illegal, cheating, cheated, steals, stealing, stolen, "
     "stole, theft, hack, hackers, vulnerability, ransomware, breach, breached, phishing, trash, "
     "garbage, dogshit, shitty, bullshit, junk, dumpster fire, dumpsterfire, clown, clowns, "
     "joke, a joke, nightmare, screw, screwing, crap, crappy, turd, piece of shit, bull shit, "
     "scum, halted, trading halted, halts trading, restricted, restricting, delay, delays, "
     "delayed, suspended, suspends, suspension, bans, banned, crackdown"},
    // Missing the train is a compliment to the train.
    {MOOD, 0.8f,
     "FOMO, fomoing, hype, hyped, hyping, pump, pumps, pumping, pumped, pump it, momentum, "
     "bandwagon, viral, going viral, unstoppable, volume spike, high volume, huge volume, "
     "massive volume, volume surge"},

    // --------------------------------------------------------------- bulls and bears

    {MOOD, 2.6f,
     "bullish, bullishness, bull run, bull runs, bull market, bullmarket, raging bull, "
     "turned bullish, turns bullish"},
    {MOOD, 1.5f,
     "bull, bulls, bull case, bull thesis, bulls in control, uptrend, uptrends, up trend, "
     "trending up, trending higher, risk on, riskon, upside, upbeat, optimistic, optimism, "
     "sanguine, constructive, tailwind, tailwinds, greenshoots, green shoots, goldilocks, "
     "soft landing, animal spirits, santa rally, altseason, alt season, halving, ATH, "
     "all time high, new high, new highs, record high, record highs, fresh highs, fresh high, "
     "week high, month high, year high, multi year high, highest level, highest since"},
    {MOOD, -2.6f,
     "bearish, bearishness, turned bearish, turns bearish, bear market, bearmarket, "
     "crypto winter"},
    {MOOD, -1.5f,
     "bear, bear case, bear thesis, bears in control, loses a bull, loses bull, new bear, "
     "downtrend, downtrends, down trend, trending down, trending lower, risk off, riskoff, "
     "downside, downbeat, pessimistic, pessimism, gloomy, gloom, dire, headwind, headwinds, "
     "hard landing, stagflation, ATL, all time low, all time lows, new low, new lows, "
     "record low, record lows, fresh lows, fresh low, week low, month low, year low, "
     "multi year low, lowest level, lowest since, lowest levels"},

    // --------------------------------------------------------------- more of it

    {MOOD, 2.5f,
     "sky rocket, sky rocketing, will moon, gonna moon, going to moon, about to moon, "
     "ready to moon, it's mooning, on the moon, rocket fuel, to the stars, to the sky, "
     "to uranus, next stop moon, moon landing, hedgies r fuk, hedgies are fuk, "
     "hedgies are fucked, melvin is fucked, melvin bleeding, melvin is bleeding, "
     "bankrupt melvin, bankrupt the shorts, squeeze melvin, fuck the shorts, "
     "hold the fucking line, generational buying opportunity, buying opportunity of a, "
     "can't go tits up, literally can't go tits, sick gains, crazy gains, infinite money, "
     "infinite money glitch, doubled my money, tripled my money, gonna be rich, "
     "going to be rich, be millionaires, we're rich, will be rich, we're going to moon, "
     "supercycle, super cycle"},
    {MOOD, 1.8f,
     "flying, take off, takes off, taking off, took off, about to fly, going to fly, gonna fly, "
     "will fly, hold tight, hold on tight, still holding, we hold, i'm holding, keep holding, "
     "keep hodling, just hodl, just hold, keep buying, keep stacking, buy and hold, buy hold, "
     "buying and holding, stack sats, stacking sats, will bounce, will bounce back, "
     "will recover, will rise, will go up, will pump, gonna pump, going to pump, about to pump, "
     "ready to pump, will double, will explode, will skyrocket, going to skyrocket, "
     "sleeping giant, next big thing, flippening, uptober, we're so back, we are so back, "
     "limit up, shorts haven't covered, haven't covered, calls on, spy calls, calls are up, "
     "load the calls, bullish on, bullish af, bullish as fuck, long and holding, "
     "holding long term, hold long term, long term investment, in it for the, etf approved, "
     "etf approval, institutional adoption, institutional money, mass adoption, inflation hedge, "
     "never been more bullish, great opportunity, buying opportunity, good opportunity, "
     "best opportunity, huge opportunity, opportunity of a lifetime, beyond the moon, way to go, "
     "free tendies, green dildos, huge potential, massive potential, lots of potential, "
     "so much potential, great potential, a lot of potential, bullish news, good news, "
     "great news, huge news, amazing news, big news, made profit, made a profit, making profit, "
     "in profit, i'm up, up bigly, beautiful day, we're up, life changing money"},
    {MOOD, 1.6f,
     "blew away, blew away estimates, won me over, only the beginning, this is the beginning, "
     "blows away, blow away, gets approved, got approved, mooning soon"},
    {MOOD, 1.2f,
     "buying, dca, dcaing, dca in, dollar cost average, dollar cost averaging, buy some, "
     "buy it now, buy in, buy in now, time to buy, good time to buy, great time to buy, "
     "best time to buy, perfect time to buy, should buy, gonna buy, going to buy, i'll buy, "
     "want to buy, i bought, still buying, buy low, zoom out, trust the process, have faith, "
     "still early, we're early, we are early, so early, early adopter, early adopters, "
     "digital gold, store of value, legal tender, scarcity, scarce, censorship resistant, "
     "decentralized, decentralised, decentralization, decentralisation, passive income, airdrop, "
     "airdrops, staking rewards, laser eyes, bear trap, supply shock, bull cycle, real deal, "
     "ride the wave, along for the ride, let's ride, ride or die, next stop, get on board, "
     "on board with, boarding, strapped in, all the way up, up up up, up we go, here we go, "
     "and away, printers, stratosphere, runner, runners, doubled, tripled, quadrupled, "
     "will be back, came back, come back stronger, comeback, bouncing, breaking records, "
     "record breaking, blue chip, moonboy, high short interest, heavily shorted, most shorted, "
     "buy wall, buy walls, buy pressure, buying pressure, price discovery, undervalued gem, "
     "sleeper, don't sleep on, gonna be huge, going to be huge, will be huge, be huge, "
     "going to be big, will be big, could be big, could be huge, imagine selling, "
     "never too late, keep the faith, not worried, i'm not worried, not scared, i'm not scared, "
     "nothing to worry about, bulls are back, the bottom is in, future is bright, we ride, "
     "we ride at dawn, yolo'd, go up from here, only direction, i have faith, i believe in, "
     "believe in, believe in this, strong support, power hour, momentum is building, "
     "fuck melvin, fuck citron, fuck citadel, fuck the hedge funds, fuck hedge funds, "
     "short sellers are fucked, exponential growth, exponentially, adoption is growing, "
     "growing fast, growing rapidly, survive, survives, survived, will survive, "
     "weak hands are out, will hit #, gonna hit #, going to hit #, nothing beats, easily hit, "
     "can only go higher, load up on, loading up on, quietly loading, quietly accumulating, "
     "send it higher, sends it, to the top"},
    {MOOD, 0.8f,
     "valhalla, pluto, jupiter, andromeda, uranus, take us to, take me to, let's take, "
     "see you on, more shares, we're going, we going, go baby, one of us"},
    {MOOD, 0.6f,
     "DD, fly, flies, stack, stacking, orbit, mars, astronaut, astronauts, countdown, "
     "mainstream, institutional, utility, use case, use cases, average down, averaging down, "
     "averaged down, patience, patient, be patient, immutable, permissionless, trustless, "
     "deflationary, opportunity, riding, ride, on board, aboard, double, triple, cheaper, "
     "cheapest, eoy, eow, eod, smart money, diamond, rip, monster, alpha, reversal, wheel, "
     "staking, stake it, moonshots, hedge against inflation, hedge against, cold storage, "
     "lambo time, gang, brothers, brethren, legends, my brothers, sub is right, short interest, "
     "float, YOLO, yoloing, yoloed, yolos, wish i bought, wish i had more, wish i bought more, "
     "laughing now"},
    {MOOD, 0.3f,
     "cover, covered, covering, hype train, wild ride, crazy ride, roller coaster, the dip, "
     "this dip, dip before the, earnings, bottom, mission, boys, boyz, fellow, baby, soon, next, "
     "we will, we are, see you, tomorrow morning, moonward"},
    {MOOD, 0.0f,
     "gm, based on, based in, the future of, wife's boyfriend, short ladder attack, "
     "short ladder attacks, bot, calls for, called for, call center, phone call, phone calls, "
     "wake up call, call out, called out, calling out, call me, put in, put into, put out, "
     "put them, put a, put on, put my, put money, put all, put some, put together, puts on a, "
     "puts it, hold my beer, hold your horses, gains tax, capital gains, capital gains tax, "
     "stop loss, loss harvesting, tax loss, tax loss harvesting, pump fake, fed funds, gas pump, "
     "hedge funds, hedge fund, mutual fund, index funds, exit strategy, exit price, "
     "take it easy, moon phases, full moon, harvest moon, moon knight, moon cycle, rug burn, "
     "i'm down with, down to earth, sit back, hit the ask, cold wallet, hot wallet, sell order, "
     "sell orders, buy order, buy orders, buy sell, when to sell, when to buy, what to buy, "
     "which to buy, how to buy, where to buy, how do i buy, where can i buy, how do i sell, "
     "how to sell, can i buy, should i buy, should i sell, should i hold, hold or sell, "
     "sell or hold, buy or sell, buy or hold, is it worth, worth it to, short of, in short, "
     "short answer, short story, long story short, short and sweet, short amount, short while, "
     "short list, short version, short supply, cut short, shortly, falls short of, short time, "
     "as long as, so long as, how long, long time, long ago, before long, too long, long enough, "
     "long way, a long way, all day long, not long, long term, longer term, for so long, "
     "day long, week long, year long, long list, long beach, long island, long post, long read, "
     "long weekend, long standing, last long, take long, takes long, too long didn't, fuck ton, "
     "shit ton, good ol, fuckton, shitton, good fight, fight the good fight, calls on #, "
     "trading halts, broke up with, holy fuck, what the fuck, fuck it, next to, next day, "
     "next week, next month, next year, next time, next question, soon as, as soon as, how soon, "
     "too soon, baby boomers, trying to buy, trying to help, trying to learn, trying to get in, "
     "the rich"},
    {MOOD, -0.4f,
     "OTM, the sec, trying to, they are trying, tried to, missed, missed the, supposed to, "
     "too bullish, everyone is bullish, anonymous"},
    {MOOD, -0.9f,
     "selling, sold, sell, dip, dipping, dips, dipped, wife left me, wendys, fomo in, "
     "fomo buying, fomoed, fomo'd, maxi, maxis, shills everywhere, bagholding, flush, whoosh, "
     "washout, shakeout, dump on, dumpy, pain trade, max pain, stuck in, ban, rugpulls, "
     "expiring worthless, expired worthless, expire worthless, theta, iv crushed, halt, halts, "
     "liquidation, liquidate, leveraged too, over leverage, overexposed, hype dying, loss"},
    {MOOD, -1.2f,
     "throw up, nobody needs, no one needs, excuses, condolences, shorts are winning, "
     "bears are winning, shorts won, turn off buying, turned off buying, disable buying, "
     "disabled buying, restrict buying, restricted buying, restricting buying, the buy button, "
     "leave us holding, leaving us holding, left us holding, learn the hard way, "
     "expensive lesson, hard lesson, painful lesson, rookie mistake, biggest mistake, "
     "huge mistake, big mistake, my mistake, can't even, cannot even, can't afford, "
     "cannot afford, dilute us, rob us, robbing us, screw us, screwing us, against us, "
     "rigged against us, rigged game, system is rigged, game is rigged"},
    {MOOD, -1.3f,
     "letdown, let down, locked my account, account locked, account was locked, gets sold, "
     "wish i never, wish i hadn't, wish i sold, deserve to lose, banning, never reach, "
     "and it's gone, it's gone, all gone, can't access, can't log in, lost access, been scammed, "
     "stole my, got stolen, was stolen, is this a scam, obvious scam, smells like, "
     "still buying this crap, money is gone, losing all"},
    {MOOD, -1.6f,
     "puts on, spy puts, my puts, long puts, puts it is, all in on puts, all in puts, more puts, "
     "short it all, circuit breaker, circuit breakers, bags are heavy, my bags, bag holding, "
     "stuck holding, bear season, bearish on, bearish news, bearish af, capitulate, crash soon, "
     "bubble will pop, bubble pop, bubble popping, bubble burst, bubble has popped, "
     "overvalued trash, overleveraged, over leveraged, hopium, copium, coping, hard cope, "
     "cope harder, moonboys, shill, shilled, exit liquidity, unlocked tokens, inflated, "
     "overinflated, infinite supply, no adoption, mt gox coins, will drop, gonna drop, "
     "going to drop, about to drop, will fall, going to fall, will go down, gonna go down, "
     "keep falling, more downside, down from here, lower from here, sell it all, sell all, "
     "sell your, selling my, sold my, sold everything, dump my, dumped my, dumping my, i'm out, "
     "getting out of, i'm selling, i am selling, gonna sell, going to sell, will sell, "
     "time to sell, people are selling, everyone is selling, whales dumping, whales are dumping, "
     "whales selling, sell wall, sell walls, sell pressure, lower lows, i'm down, we're down, "
     "i lost, he lost, they lost, lost #, lost over, lost about, lost like, down over, "
     "down almost, down nearly, down bad, down to, rip my, blood, bloody, bleeding out, "
     "red everywhere, everything is red, sea of red, so much red, all in the red, "
     "my portfolio is down, overbought, fake pump, fake news, fake volume, fake breakout, "
     "pump is over, dead volume, no demand, no liquidity"},
    {MOOD, -2.2f,
     "drilling, drill team, limit down, going to crash, gonna crash, will crash, about to crash, "
     "going to tank, gonna tank, will tank, will dump, gonna dump, going to dump, about to dump, "
     "dump incoming, crash incoming, it's crashing, sell now before, exit scammed, "
     "exit scamming, rug pulling, rugging, rug coming, free falling, to zero, heading down, "
     "headed down, into oblivion, in free fall, to the ground, dead cat, crypto is dead, "
     "is over, we're fucked, we are fucked, we're all fucked, i'm fucked, i'm screwed, "
     "we're screwed, get wrecked, getting wrecked, got wrecked, portfolio is dead, "
     "blew my account, blown my account, lost my shirt, dumping on retail, dump their bags, "
     "dumping their bags, dumping on you, bagholders, paperhand, paperhands, bear raid, "
     "getting slaughtered, getting destroyed, getting crushed, got crushed, getting killed, "
     "got killed, getting hammered, get liquidated, getting liquidated, got liquidated, "
     "liquidations"},

    {GM_LEXICON_PLAIN, 0.0f, NULL},
};
