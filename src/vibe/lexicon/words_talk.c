// Moods of any talk, phrases that mislead, and emoji.
#include "vibe/lexicon/words.h"

#include <stddef.h>

#define MOOD GM_LEXICON_MOOD

const struct gm_lexicon_group gm_lexicon_talk[] = {
    // --------------------------------------------------------------- good and bad

    {MOOD, 2.0f,
     "amazing, awesome, fantastic, incredible, excellent, outstanding, phenomenal, spectacular, "
     "magnificent, brilliant, superb, stellar, epic, legendary, legend, beast, beast mode, "
     "insane gains, glorious, masterpiece, GOAT, perfect, perfection, flawless, love, loved, "
     "loving, loves, lovely, euphoria, euphoric, ecstatic, thrilled, stoked, exciting, "
     "excitement, celebrate, celebrating, rich, get rich, getting rich, millionaire, "
     "millionaires, wealthy, retire early, life changing, lifechanging, generational wealth, "
     "financial freedom, jackpot, bonanza, windfall, fucking love, hell yeah, hell yes, "
     "fuck yeah, fuck yes, lets goooo, holy grail, is the future, game changer, gamechanger, "
     "game changing, revolutionary, boom, booms, booming, boomed, thrive, thrives, thriving, "
     "prosper, prosperity, flourish"},
    {MOOD, 1.3f,
     "nicely, well done, happier, glad, fun, enjoy, enjoyed, beautiful, gorgeous, impressive, "
     "impressed, impress, impresses, sweet, sexy, juicy, tasty, yummy, delicious, lit, fire, "
     "win win, congrats, congratulations, cheers, blessed, blessing, confident, confidence, "
     "conviction, convinced, believer, believers, faith, hopeful, smart, genius, wise, legit, "
     "legitimate, undisputed, safe, safer, secure, stable, stability, steady, valuable, "
     "worth it, well worth, reward, rewards, rewarded, rewarding, benefit, benefits, benefited, "
     "benefiting, advantage, advantages, supports, supportive, recommend, recommends, "
     "recommended, bless, godspeed, hero, heroes, champion, victory, welcome, yay, woohoo, woo, "
     "hooray, nailed it, nailed, killing it, printing, prints, paid off, pays off, pay off, "
     "payday, made money, making money, make money, made bank, make bank, make millions, "
     "making bank, up only, no doubt, without a doubt, without doubt, can't go wrong, "
     "can't lose, nothing to lose, never been better, not bad, not too bad, not bad at all, "
     "doesn't disappoint, never disappoints, no worries, don't worry, don't panic, no fear, "
     "fearless, :), :d"},
    {MOOD, -2.0f,
     "terrible, horrible, awful, horrendous, horrific, atrocious, abysmal, dreadful, pathetic, "
     "disgusting, disgusted, disgrace, disgraceful, hate, hated, hates, hating, despise, "
     "furious, outrage, outraged, outrageous, devastated, devastating, devastation, tragic, "
     "tragedy, hopeless, despair, desperate, misery, suicide, suicidal, depressed, depressing, "
     "sobbing, heartbroken, screwed over, fuck this, fuck me, fuck off, fuck you, go fuck, "
     "stay away, run away, avoid this, lied, lies, liar, liars, lying, betrayed, betrayal, "
     "deceptive, misleading, misled, mislead, fake, phony, bogus, evil, greedy, greed, predatory"},
    {MOOD, -1.3f,
     "bad, badly, sad, unfortunately, unhappy, upset, upsetting, angry, anger, annoyed, "
     "annoying, frustrated, frustrating, frustration, sick, sick of, tired of, ugly, ugh, yikes, "
     "ouch, oof, rip to, meh, lame, boring, dull, dumb, stupid, stupidity, idiot, idiots, "
     "idiotic, moron, morons, fool, fools, foolish, ridiculous, absurd, nonsense, useless, "
     "pointless, waste, wasted, wasting, regret, regrets, regretted, regretting, mistake, "
     "mistakes, wrongly, error, errors, blame, blamed, shame, shameful, ashamed, embarrassing, "
     "embarrassed, embarrassment, suck, sucks, sucked, sucking, shit show, shitshow, mess, "
     "messy, missing out, unacceptable, incompetent, incompetence, ignorant, delusional, "
     "delusion, reckless, irresponsible, gambling, no idea, no hope, no future, no good, "
     "not good, not great, no one wants, nobody wants, bitch, bastards, assholes, asshole, "
     "scumbag, unfair, bitter, lonely, worst case, give me a break, WTF, SMH, done with this, "
     "what a joke, i'm done, :(, :/"},

    // --------------------------------------------------------------- more good and bad

    {MOOD, 2.2f,
     "wonderful, wonderfully, marvelous, terrific, splendid, extraordinary, exceptional, "
     "remarkable, remarkably, breathtaking, stunning, astounding, astonishing, mindblowing, "
     "mind blowing, mind blown, jaw dropping, top notch, top tier, world class, first class, "
     "god tier, godlike, goated, best ever, best thing ever, love it, loves it, love this, "
     "loving this, loving it, love you guys, so happy, very happy, over the moon, "
     "dream come true, dreams come true, living the dream, no regrets, overjoyed, elated, "
     "elation, delighted, delightful, delight, joyful, bliss, blissful, triumph, triumphs, "
     "triumphant, invincible, unbeatable, unmatched, unrivaled, chef's kiss, big brain, "
     "best decision, great decision, best community, great community, amazing community, "
     "great project, great projects, amazing project, solid project, great tech, great team, "
     "great investment, best investment, excellent project"},
    {MOOD, 1.8f,
     "happy, happiest, excited, excites, adore, adores, adored, admire, admires, admired, "
     "admirable, great, greatest, greatly, cherish, priceless, invaluable, rock solid, "
     "well deserved, thank god, glad i bought, glad i held, bright future, good investment, "
     "solid investment, safe investment, good project, good projects, solid tech, "
     "strong fundamentals, solid fundamentals, great fundamentals, good fundamentals, "
     "love to see it, you love to see, absolute legend, the best, one of the best, "
     "keeps getting better, gets better, getting better, can't stop winning, trustworthy, "
     "thrill, thrills, glory, riches, richest, flourished, celebrated, celebrates, "
     "astonishingly, marvel, victories, lover, undervaluing, stoke"},
    {MOOD, 1.4f,
     "good, best, nice, proud, proudly, pleased, pleasure, enjoyable, enjoying, enjoys, "
     "satisfied, satisfying, satisfaction, grateful, gratitude, thankful, thankfully, applaud, "
     "applauds, praise, praised, praises, heroic, joy, lucky, luckily, fortunate, fortunately, "
     "inspire, inspires, inspired, inspiring, inspirational, enthusiastic, enthusiasm, "
     "bulletproof, reliable, reliability, reputable, fascinating, insightful, favorite, "
     "favourite, talented, superior, powerful, ideal, ideally, genuinely good, seamless, "
     "seamlessly, worthwhile, good job, great job, nice work, good work, great work, "
     "well played, well said, keep it up, spot on, kudos, bravo, hats off, underrated, "
     "real utility, real use case, real value, incentivized, hilarious, good thing, good things, "
     "great things, good point, great point, good call, great call, great time, perfect time, "
     "good time, best time, huge win, big win, massive win, easy win, woot, hell of a ride, "
     "nailing it, super easy, well worth it, smart move, good move, great move, wise decision, "
     "good decision, smart decision, safe bet, good bet, works great, works perfectly, "
     "working great, highly recommend, game is on, happiness, amazed, amazingly, delightfully, "
     "thrilling, prosperous, flourishing, lucrative, beautifully, brilliantly, superbly, "
     "perfectly, flawlessly, ingenious, visionary, groundbreaking, miraculous, sweetest, finest, "
     "coolest, luckiest, brightest, good shit, some good shit, vindicated, bullish sentiment, "
     "positive sentiment, doing great, doing well, doing good, going well, went well, "
     "well received, well managed, well run, top performer, top performing, best performing, "
     "best performer, strong community, love you all, great news for, so good, really good, "
     "looks promising, very promising, future is, real world use, next level, count me in, "
     "let's get it, let's do this, way better, much better, far better"},
    {MOOD, 1.3f,
     "admiring, greatness, powered by, delights, delighting, goodness, favorably, favored, "
     "favorites, favourites, favour, favor, enthusiastically, excitedly, hilariously, insight, "
     "insights, pleasing, praising, profited, profiting, positives, positivity, satisfies, "
     "satisfy, succeeding, successes, synergy, talent, talents, winnings, advancement, "
     "advancements, achievable, achieving, adopt, adopting, adopts, applauded, approve, "
     "approving, award, awards, booster, dominate, dominated, efficiently, innovations, "
     "milestones, strengths, superiority, champions, cheering, confidently, blessings, welcomed, "
     "welcoming, wiser, wisely, sweeter, nailing, steadily, recommending, valued, impressively, "
     "congratulation, geniuses, heros, legitimately, smashed, smashing, smash, beating, "
     "beating expectations, rosy, reopened, tripling, quadrupling, quadruple, doubling, "
     "exponential, upsides, recovery, roar, ramped up, ramps, reclaiming, regaining, leaping, "
     "baggers, multibaggers, bangs, bang for the buck, victorious"},
    {MOOD, 0.9f,
     "better, useful, helpful, helped me, comfortable, comfortably, clever, cleverly, "
     "intelligent, smarter, smartest, smooth, smoothly, easy, easier, easiest, credible, "
     "credibility, integrity, honest, honesty, honestly good, loyal, loyalty, brave, courage, "
     "courageous, bold, boldly, passion, passionate, motivated, motivating, motivation, "
     "encourage, encourages, encouraged, empower, empowers, empowering, freedom, wealth, "
     "fortune, fortunes, miracle, magical, magic, paradise, heaven, elegant, peaceful, relief, "
     "relieved, reassuring, worthy, deserve, deserves, deserved, interesting, intriguing, "
     "creative, mighty, progress, progressing, solved, solves, resolved, bonus, gift, gifts, "
     "celebration, party time, bright, brighter, shine, shines, shining, amused, smile, smiling, "
     "respect, respected, props, amen, salute, well built, well designed, well thought, "
     "user friendly, convenient, convenience, sensible, looking forward, look forward, "
     "excited to see, can't complain, fingers crossed, thank you, thanks, appreciate it, "
     "appreciate your, appreciate the, glad i, makes sense, this guy gets it, low fees, no fees, "
     "zero fees, cheap fees, fast and cheap, wow, cool, killer, lol nice, high quality, "
     "good quality, top quality, faster, fastest, wholesome, friendly, generous, generosity, "
     "caring, kindness, winningest, correct, correctly, prefer, popularity, capable, genuine, "
     "authentic, golden, sound money, hard money, smart contract platform, gladly, happily, "
     "charming, cheered, cheerfully, entertaining, refreshing, prestigious, renowned, acclaimed, "
     "honored, honoured, honorable, memorable, productive, durable, thoughtful, respectful, "
     "respectable, faithful, beloved, adorable, effortlessly, masterful, inventive, imaginative, "
     "pioneering, pioneer, revolutionize, revolutionizing, accomplished, accomplishment, "
     "accomplishments, achievement, achievements, encouragement, encouragingly, enjoyment, "
     "healed, cured, savior, saviour, comforting, vibrant, dazzling, glowing, harmony, justice, "
     "fairness, kindest, safest, hottest, responsive, safely, painless, i'm in, i'm all in, "
     "we can do this, mad respect, much respect, oh yeah, nice and easy, got it cheap, "
     "cheap shares, deserving, sustainable, dedicated, devoted, user growth, gaining traction, "
     "gained traction, traction, win big, winning streak, undefeated, on point, in good hands, "
     "great value, good value, excited about, excited for, optimistic about, bullish case"},
    {MOOD, 0.7f,
     "accomplish, amusing, authenticity, bonuses, brightly, charm, cheerful, comfort, comforted, "
     "conveniently, cooler, creativity, deservedly, empowerment, entertain, entertained, "
     "freedoms, friend, friends, genuinely, gifted, glow, heal, healing, heavenly, honor, "
     "honors, intrigued, interestingly, kind, miracles, motivate, motivational, passions, "
     "peacefully, productivity, reassure, reassured, refresh, refreshed, relieve, resolve, "
     "resolving, respecting, shiny, smiles, smoother, sustain, sustained, thoughtfully, "
     "trusting, believable, calming, patiently, realistically, quicker, simpler, simplest, "
     "believed, greens, greener, confirmed, imminent, fundamentals, incoming, getting started, "
     "officially, promise, promises, powers"},
    {MOOD, 0.6f,
     "hope, hopes, hoping, hopefully, believe, believes, believing, yes, yep, yup, interested, "
     "quality, protect, protects, protected, guarantee, guaranteed, true, fair, funny, fun fact, "
     "peace, dream, dreams, wish, luck, fast, quick, quickly, calm, ready, improvement in, "
     "saved, saves, solve, solving, helps, help you, helping, worth, certain, agree, agreed, "
     "agrees, reasonable, logical, rational, realistic, prospects, haha, hahaha, hahahaha, "
     "lmao nice, warm, king, skill, skilled, skills, master, holy shit, omg, earn, earned, "
     "earns, sure thing, right direction, on track, well known, cutting edge, state of the art, "
     "easily, simple, simply, simplicity, sexy chart, you're right, you are right, exactly this, "
     "absolutely right, this is true, couldn't agree more, good to know, good to see, "
     "good to hear, glad to hear, glad to see, nice to see, great to see, great to hear, "
     "happy to, happy to see, happy for you"},
    {MOOD, 0.4f, "support"},
    {MOOD, 0.3f, "yeah, dismissed"},
    {MOOD, 0.0f,
     "is it too late, too late to get, roughly, as good, good idea to, better off, better get, "
     "better be, good enough, for good, best case, best practice, best practices, all the best, "
     "best bet is, at best, how good, good old, too good, make sure, for sure, not sure, "
     "i'm sure, pretty sure, are you sure, free speech, free time, feel free, free market, "
     "free markets, support ticket, net worth, fair enough, fair share, to be fair, fair market, "
     "true that, true story, free fall, dream on, in your dreams, hope you, fun times, value at, "
     "hard wallet, fast food, clean up, ready to, get ready, fast forward, right now, "
     "right away, all right, human rights, warm up, save your money, certain amount, "
     "most likely, like the, thanks in advance, thanks for reading, please and thank you, "
     "good time to ask, seeking alpha, pre market, after market, at least, in fact, even if, "
     "sort by, great reset, great firewall, play to earn, quality control, earn interest, "
     "premium price, not financial advice, do your own research, do your research"},
    {MOOD, -0.6f,
     "sorry, sadly, gamble, weird, mad, hard, harder, risk, hardly any, awkward, complicated, "
     "confusing, confused, confusion, problematic, issue, issues, fault, flawed, flaw, flaws, "
     "impossible, unnecessary, irrelevant, empty, blind, careful, be careful, watch out, wary, "
     "cynical, sceptical, skeptics, quit, ignore, ignored, ignores, ignoring, refuse, refused, "
     "refuses, deny, disagree, disagrees, forced, cost me, costs me, taxed, fees, bots, "
     "bot army, casino, lottery ticket, gambler, gamblers, addicted, addiction, unemployment, "
     "poverty, emergency, missed out, missed it, too early, impatient, bump in the road, bumpy, "
     "rocky, shaking, shook, scratching my head, unclear, stopped out, nope, nah, no way, "
     "hell no, shut up, who cares, don't care, not impressed, not interested, not a fan, "
     "overpaid, overpay, overpaying, monopoly, monopolies, whales, manipulators, tether, enemy, "
     "enemies, villain, villains, violent, war, lacked, what the hell, wtf is, damn it, "
     "crap shoot, drama, noise, clusterfuck, ftx, celsius, mt gox, exit, exits, weak chart, "
     "inverse, struggling, fudders"},
    {MOOD, -0.7f,
     "notorious, infamous, deceptive marketing, disappear, disappears, disappearing, missing, "
     "unpopular, unreasonable, unfit, unsuitable, unrest, untested, unfounded, unjustified, "
     "disbelief, displeasure, discontent, disturb, disturbed, disadvantage, disadvantages, "
     "misuse, misused, mistaken, mistakenly, inappropriate, inconsistent, inconvenient, "
     "inequality, intimidating, erroneous, punish, punishment, restless, sickness, casualties, "
     "violate, violates, weary, yawn, cost of, sky is falling, send help, rough, shortage of, "
     "too volatile, very volatile, so volatile, too risky, very risky, so risky, risky bet, "
     "too much hype, high risk, hard times, tough times, tough day, tough week, "
     "struggle is real, losing patience, losing my mind, losing sleep, can't sleep, "
     "anxiety attack, gambled, gambles, loneliness, bails, blinded, bombed, cooled, stretch, "
     "glitched, incorrectly, inefficiencies, injury, sighs, softness, softened, spammed, "
     "spooking, doubted, doubters, doubter, fragility, costing, difficulty, disrupt, questioned, "
     "restriction, risked, risking, tighten, tightens, tightened, tougher, wrongful, casualty, "
     "decreasing, erroneously, intimidate, intimidated, punishments, unevenly, confuse, denial, "
     "denying, disagreement, disagreements, exited, exiting, faults, hardest, hardship, "
     "hardships, refusal, refusing, inflating, postpone, screws, fucks, fades, flushed, depart, "
     "departed, downer, slowly dying, wishful, wishful thinking, overwhelm"},
    {MOOD, -1.1f,
     "annoy, annoys, irritating, irritated, irritate, aggravating, whine, whining, whines, "
     "whiners, crybaby, crybabies, cried, cries, cry, crying, tears, butthurt, salty, complain, "
     "complains, complaining, complained, complaints, complaint, bitching, bully, bullying, "
     "bullied, rude, arrogant, arrogance, condescending, disrespect, disrespectful, selfish, "
     "jealous, harsh, harshly, dirty, filthy, gross, cringe, cringy, creepy, mediocre, "
     "underwhelming, underwhelmed, overwhelmed, unimpressed, unimpressive, exhausting, "
     "exhausted, bored, tired, sigh, facepalm, dammit, damnit, goddamnit, ffs, smdh, bs, "
     "dumbass, dumbasses, inept, amateurish, lazy, lunatic, lunatics, madness, insanity, "
     "irrational, illogical, nonsensical, senseless, meaningless, guilt, sadness, grief, bomb, "
     "backlash, boycott, violence, injured, ill, insecure, unlucky, unrealistic, unsuccessful, "
     "unwise, unhelpful, uncomfortable, uneasy, inferior, insufficient, inadequate, ineffective, "
     "inefficient, inefficiency, outdated, clunky, glitchy, glitch, glitches, glitching, laggy, "
     "bugs, freeze, freezes, froze, congested, congestion, gas fees, fees are, ridiculed, "
     "incorrect, inaccurate, untrue, false, falsely, biased, dubious, spam, spammer, spammers, "
     "spamming, propaganda, clickbait, misinformed, misguided, mislead people, naive, sheep, "
     "sheeple, ignorance, blindly, trapped, traps, alarming, alarmed, shaky, spooked, dread, "
     "dreading, stressed, stressful, stress, paranoid, paranoia, worse, imagine buying, "
     "why would anyone, who would buy, who buys, no thanks, no one cares, nobody cares, dead, "
     "died, dies, die, dying, broken, broke, sucker, suckers, sus, scare tactics, drill, drain, "
     "drains, drained, draining, steal from, drop like, no idea why, complete idiot, "
     "what could go wrong, what could possibly go, yeah right, sure jan, oh great, just great, "
     "good luck with that, hard to trust, i doubt, i doubt it, doubt it, doubt that, very hard, "
     "too hard, centralized, centralised, centralization, censored, censor, censoring, prohibit, "
     "prohibited, prohibits, smoked, burned, burnt, fuck, fuck the, poor, avoid, avoided, "
     "avoiding, expensive, homeless, unemployed, jobless, foreclosure, quitting, bailing, "
     "bailed, bail, jump ship, jumping ship, cash out now, not convinced, unconvinced, "
     "i don't like, don't like, doesn't work, didn't work, not working, doesn't make sense, "
     "don't make sense, don't understand why, don't see the point, no point, what's the point, "
     "zero sum, just hype, all hype, pure hype, just gambling, pure gambling, pure speculation, "
     "just a gamble, same old shit, tired of this, sick of this, fed up, had enough, "
     "giving up on, lost interest, losing hope, lost hope, loses hope, lose hope, losing faith, "
     "need it back, why is it dropping, why is it down, why is this dropping, keeps dropping, "
     "keeps falling, keeps going down, keep going down, keep dropping, keeps dipping, "
     "keeps crashing, never goes up, won't go up, not going up, going nowhere, goes nowhere, "
     "went nowhere, nothing happens"},
    {MOOD, -1.3f,
     "injustice, distress, distressed, resentment, bitterness, bitterly, contempt, disdain, "
     "malice, treacherous, sinister, ominous, deadly, fatal, fatally, lethal, helpless, "
     "helplessly, powerless, careless, brainless, spineless, shameless, heartless, baseless, "
     "vanish, vanished, vanishing, disappeared, defective, faulty, unpleasant, unsettling, "
     "unnerving, unjust, unproven, unbacked, undermine, undermined, undermines, undermining, "
     "dismay, displeased, dissatisfied, dissatisfaction, discouraged, discouraging, discourage, "
     "disturbing, distrust, mistrust, futile, frightening, frightened, fury, poisoned, "
     "poisonous, punished, punishing, shambles, suspicion, suspiciously, tainted, tarnished, "
     "terribly, tricks, violated, violation, violations, woes, bummed, bummer, forsaken, "
     "drowning, drown, doom and gloom, incapable, inability, infected, overvalued at, worst day, "
     "worst week, worst month, worst year, terrible day, horrible day, rough day, bad week, "
     "bad month, bad year, bad company, bad stock, bad coin, bad product, bad team, bad faith, "
     "negative sentiment, bearish sentiment, not looking good, doesn't look good, "
     "isn't looking good, doesn't look great, not looking great, going badly, not going well, "
     "not doing well, not doing good, no longer believe, stopped believing, pulled the rug, "
     "pulling the rug, pull the rug, left the project, abandoned the project, abandoned project, "
     "devs left, no updates, no roadmap, no product, no team, anonymous team, anon team, "
     "unlimited supply, premined, premine, inside job, cooked books, cooking the books, "
     "cook the books, breaches, breaching, delaying, halting, illegality, restricts, rigging, "
     "turds, vulnerabilities, accusations, accuse, accusing, alleging, anxiously, attacked, "
     "attacking, dangerously, dangers, departing, diluted, downsized, fearing, grimly, harmful, "
     "impaired, negativity, negatives, nervousness, nervously, pains, painfully, panick, "
     "recessions, rejecting, rejections, resigning, riskier, scare, scares, scaring, shocking, "
     "shocked, shocks, shutdowns, shutting down, terminating, threaten, threatening, troubling, "
     "uncertainties, abuses, harassed, insulted, laughably, murderer, murderers, murdering, "
     "murders, pissing, seizing, shatter, shattering, shits, shitting, toxicity, absurdity, "
     "angered, angrily, bastard, blames, blaming, delusions, distrusting, drowned, dumber, "
     "fooled, foolishly, resented, stupider, suspicions, violating, aggravated, annoyingly, "
     "exhaust, freezing, irrationally, irritation, jealousy, misinforming, poorer, stagnated, "
     "stagnating, stresses, stressing, unsuccessfully, weaknesses, weakly, greedier, bore, "
     "messed, hacks, soul crushing, ruinously, regrettably, regretful, sobbed, unused"},
    {MOOD, -1.5f,
     "lousy, sketchy, shady, suspicious, fishy, dodgy, scumbags, douche, douchebag, douchebags, "
     "jackass, dickhead, coward, cowards, cowardly, traitor, traitors, leech, leeches, vultures, "
     "brainwashed, misinformation, disinformation, hypocrite, hypocrites, hypocrisy, "
     "hypocritical, deceptively, cheat, cheats, cheater, cheaters, rob, robs, robbing, thief, "
     "hacker, hacking, ransom, bribe, bribed, bribery, blackmail, pissed, pissed off, "
     "pisses me off, infuriating, rage, toxic, abuse, abused, abusing, abusive, harassment, "
     "insulting, insult, insults, cruel, nasty, rotten, stinks, stink, dumbest, stupidest, "
     "crappiest, shittiest, shit, imbecile, imbeciles, clueless, gullible, laughable, circus, "
     "charade, mockery, guilty, gutted, shattered, backfire, backfired, backfires, murder, "
     "murdered, crippling, crippled, unsafe, unreliable, unusable, unsustainable, unstable, "
     "obsolete, buggy, outlawed, outlaw, confiscate, confiscated, seized, frozen funds, "
     "funds frozen, account frozen, locked out, high fees, fees are too high, insane fees, "
     "crazy fees, ridiculous fees, fees are insane, fees are ridiculous, fees are high, "
     "outrageous fees, huge fees, high gas, bad idea, terrible idea, stupid idea, dumb idea, "
     "bad move, stupid move, bad decision, bad decisions, bad news, bad time, bad day, bad sign, "
     "bad luck, hate it, hate this, hate that, sad to see, sad day, not worth, isn't worth, "
     "aren't worth, makes no sense, made no sense, no chance, red flag, red flags, warning sign, "
     "warning signs, beware, cut in half, halved, bought the top, bought at the top, "
     "bought at ath, sold the bottom, sold at the bottom, at a loss, sold at a loss, "
     "bought high, sold low, buy high sell low, underwater, down a lot, down so much, "
     "down so bad, got burned, get burned, gets burned, getting burned, got burnt, got screwed, "
     "getting screwed, get screwed, got scammed, getting scammed, get scammed, got hacked, "
     "got fucked, getting fucked, get fucked, fucked up, fucked over, cooked, we're cooked, "
     "regrettable, centralised shit, wash trading, front running, spoofing, naked shorting, "
     "market manipulation, price manipulation, being manipulated, pumped and dumped, "
     "time to get out, time to bail, should sell, should have sold, should've sold, glad i sold, "
     "so much for, what a waste, what a scam, what a shitshow, what a mess, what a disaster, "
     "piece of crap, full of shit, fml, tulip mania, ponzi like, cult, cultish, cultists, mlm, "
     "lose my money, lost my money, lose your money, losing your money, losing my money, "
     "lose their money, lost their money, never recover, won't recover, never coming back, "
     "not coming back, shut down for, hurting, hurtful, unfortunate, toilet paper, funny money, "
     "monopoly money, fake money, magic internet money, imaginary money"},
    {MOOD, -1.8f,
     "appalled, terrifies, drilled, pukes, pummel, pummeling, hammering, slamming, toasted, "
     "betray, brutality, curse, curses, desperation, desperately, disgust, depress, faked, "
     "faking, hater, heartbreak, miserably, miserable, outrageously, poisoning, tricking, "
     "corrupted, manipulates, manipulations, nightmares, trashed, scummy, shittiness, crimes, "
     "exploiting, exploits, wiping out, crumble, crumbles, crumbling, crumbled, suffocating"},
    {MOOD, -2.0f,
     "rubbish, dog shit, horse shit, horseshit, bull crap, bullcrap, dogwater, debacle, farce, "
     "disgusts, disgustingly, cursed, agony, torture, tortured, heartbreaking, destroy, "
     "destroys, destroying, destruction, destructive, wreck, wrecking, wrecks, ruining, ruins, "
     "humiliated, humiliating, nukes, nuking, nuked, brutal, brutally, hateful, crook, "
     "dishonest, dishonesty, dishonestly, unethical, untrustworthy, deceive, deceived, deceives, "
     "deceiving, deceit, deception, extort, malware, jailed, jail, prison, arrested, arrest, "
     "convicted, conviction for, going to fail, bound to fail, doomed to fail, will fail, "
     "set to fail, is dead, is dying, are dead, dead in the water, house of cards, "
     "ticking time bomb, time bomb, sinking ship, abandon ship, down the drain, down the toilet, "
     "in the toilet, into the ground, shit the bed, shitting the bed, worth nothing, worth zero, "
     "no value, no intrinsic value, zero value, no use case, no real use, no utility, "
     "not worth it, lost money, losing money, lost half, lose money, loses money, lose all, "
     "regret buying, bad investment, bad project, get out now, get out while, stay far away, "
     "run for the hills, steer clear, don't trust, do not trust, can't trust, cannot trust, "
     "never trust, waste of time, waste of energy, waste of space, parasite, parasites, "
     "sick joke, biggest joke, absolute joke, fucking joke, such a joke, tulips, tulip, "
     "greater fool, bigger fool, poison, bankrupted, crashes and burns, crash and burn, "
     "burn to the ground, taking a dump, no one will buy, hell hole, nosediving, hatred, "
     "malicious, fraudulently, mismanaged, mismanagement, ruinous, sabotage, sabotaged, scandal, "
     "scandals, misconduct, tricked, despised, dismal, unbearable, hopelessly, horribly, "
     "bleeding money, burning cash, burning money, burning through cash, money pit, "
     "on the brink, going under, went under, gone to shit, went to shit, going to shit, "
     "goes to shit, turned to shit, garbage company, garbage stock, garbage coin, trash company, "
     "trash stock, trash coin, shit stock, shit company, shit coin, shit coins, "
     "terrible company, horrible company, dying company, dead company, failing company, "
     "failing business, worst company, worst stock, worst coin, terrible management, "
     "bad management, incompetent management, terrible product, never buying again, never again"},
    {MOOD, -2.4f,
     "scammy, scamming, scam coin, scam coins, pure scam, total scam, such a scam, "
     "complete scam, it's a scam, is a scam, appalling, vile, revolting, sickening, repulsive, "
     "worst ever, worst thing, con artist, con artists, conned, swindle, swindled, swindler, "
     "swindlers, grift, grifter, grifters, grifting, snake oil, sham, hoax, worst investment, "
     "terrible investment, horrible investment, waste of money, cash grab, money grab, "
     "wallet drained, funds are gone, lost my life savings, lose everything, lost it all, "
     "lost all, lost a lot, lost so much, lost my savings, thieves, pyramid scheme, pyramid, "
     "vaporware, dead coin, dead project, worthless shit, useless shit, total garbage, "
     "pile of shit, complete garbage, absolute garbage, absolute trash, bitconnect, theranos, "
     "enron, madoff, robbed, robbery, ripoff, rip off, rip offs, ripped off, ripping off, "
     "ripping people off, extortion, money laundering, laundering, catastrophically, horrify, "
     "horrified, horrifying, terrified, terrifying, terror, criminally"},
    {MOOD, -2.6f,
     "bankrupting, bankrupts, disasters, massacred, meltdowns, obliterating, insolvencies"},

    // --------------------------------------------------------------- phrases that mislead

    {MOOD, 0.0f,
     "buys and sells, bought and sold, call it, conference call, earnings call, "
     "conference calls, earnings calls, analyst calls, called up, short term, shorter term, "
     "short run, near term, short float, long run, put it, put up, bear in mind, bear with, "
     "bear with me, bear stearns, red bull, merrill lynch, hold on, hold up, on hold, "
     "holding company, holdings company, beat up, high time, high school, high frequency, "
     "higher education, low key, lowkey, highs and lows, up to, up to date, up for, sign up, "
     "set up, end up, ended up, ends up, wake up, grow up, show up, shows up, look up, "
     "looking up, pick up, coming up, up or down, bring up, brought up, come up, came up, "
     "make up, made up, follow up, open up, catch up, line up, lined up, back up, wrap up, "
     "speak up, start up, ups and downs, what's up, up in the air, up until, log down, "
     "write it down, slow down, sit down, calm down, break it down, down the road, "
     "down the line, hands down, let me down, market cap, lower bound, upper bound, stop limit, "
     "stop order, day low, day high, lower than, higher than, as well, as good as, good faith, "
     "good luck, good morning, good night, good question, good bye, love to know, love to hear, "
     "better understand, best way to, what is the best, best regards, any good, is it good, "
     "fire up, fired up, burn rate, cash burn, current support, support level, support levels, "
     "support line, support area, support zone, support at, resistance level, resistance levels, "
     "resistance line, resistance at, initial support, technical support, customer support, "
     "support team, risk free, risk reward, at risk of, risk management, risk barometer, "
     "value stocks, value investing, market value, face value, book value, value of, fair value, "
     "stake in, at stake, stop losing, cut losses, interest rates, new york, trust fund, "
     "trust me, trustee, gold standard, growth stocks, growth stock, growth rate, "
     "social security, security, securities, federal reserve, war chest, star wars, console war, "
     "console wars, world war, virus scan, hard to say, hard fork, hard to believe, hard drive, "
     "hard cash, work hard, working hard, dead serious, crazy good, no problem, no problems, "
     "not a problem, no trouble, sorry if, sorry for, sorry to, price target, same store sales, "
     "store sales, sales rep, for sale, sales tax, sold out, bought out, negative rates, "
     "negative yield, positive negative, covid positive, tested positive, test positive, "
     "rate decision, positions or ban, ban me, mods ban, got banned, been banned, broke out of, "
     "doing fine, i'm fine, fire sale, strike price, strike prices, hit me, cut off, haircut, "
     "loss porn flair, gap fill, gap filled, mixed bag, loss leader, paper trading, paper trade, "
     "paper money, ape in, market crash of, great depression, great recession, afford to lose, "
     "willing to lose, financial crisis"},
    // Bad things that end, good things that end.
    {MOOD, 1.2f,
     "no longer bearish, fear is gone, worst is over, bleeding stopped, stop the bleeding, "
     "end of the war, peace deal, trade deal, ceasefire, truce, lifts ban, lifts restrictions, "
     "reopening, reopens, reopen, acquitted, cleared of, lawsuit dismissed, drops lawsuit, "
     "avoids bankruptcy, exits bankruptcy, emerges from bankruptcy, beats the market, "
     "beat the market, short ladder attack fails, bears wrong, bears were wrong, proved wrong, "
     "proven wrong, so wrong about"},
    {MOOD, -1.5f,
     "party is over, end of the rally, rally is over, bull market is over, rally fades, "
     "rally fizzles, rally stalls, gains fade, losing steam, loses steam, lost steam, "
     "losing momentum, loses momentum, lost momentum, out of steam, running out of, ran out of, "
     "too good to be, hype is over, hype is dead, it's over, game over, growth slows, "
     "slowing growth, growth slowdown, slower growth, demand falls, weak demand, demand weakens, "
     "loses confidence, lost confidence, lack of confidence, lost faith, profits fall, "
     "profit falls, sales fall, sales drop, revenue falls, revenue drops, sales decline, "
     "profit drops, no bottom, no bottom in sight, more pain, pain ahead, more room to fall, "
     "further to fall, room to fall, priced for perfection, priced in, can't sell, "
     "unable to sell, can't buy, can't withdraw, withdrawals halted, halts withdrawals, "
     "pauses withdrawals, stopped buying, wouldn't buy, would not buy, don't buy, do not buy, "
     "not buying, stop buying, never buy, nobody is buying, no buyers, no volume, low volume"},

    // --------------------------------------------------------------- emoji

    {MOOD, 2.4f, "🚀, 🌝, 🌙, 🌕, 🌚, 🌛, 🌜"},
    {MOOD, 2.0f, "💎, 📈, 🐂, 🐃, 🤑, 💰, 💹, 🏆, 🥇, 👑"},
    {MOOD, 1.4f,
     "🙌, 🔥, 💪, 💯, 🎉, 🥳, 🤩, 😍, 🥰, 💸, 💵, 🍾, 🥂, 🍗, 🦍, "
     "🟢, ✅, ⬆, 🔝, 👍, 👏, 😎, ❤, 💚, 🦄, ⚡, 🌟, ⭐, ✨, 🎯, 🎊, "
     "🛸, 🪐, 🔼, ↗, 🤝, 💙, 🧡, 💛, 💜, 🖤"},
    {MOOD, 0.8f,
     "😀, 😁, 😃, 😄, 😊, 🙂, 😉, 😋, 😆, 😏, 🤗, 👌, 🙏, ☀, 🌈, "
     "🍀, 🤞, 🧠, 👀, 🎰, 🦾, 💥, 🤟, 🤘, ✊"},
    {MOOD, 0.3f, "😂, 🤣, 😹, 😅, 😜, 🤪"},
    {MOOD, -2.0f, "📉, 🐻, 💀, ☠, 🩸, 🔻, 🪦, ⚰, 💩, 🤮, 🤢"},
    {MOOD, -1.3f,
     "😭, 😢, 😡, 🤬, 😱, 😨, 😰, 😩, 😫, 😖, 😞, 😔, 😟, 🙁, ☹, "
     "😠, 👎, 🔴, ❌, ⬇, 💔, 🚨, ⚠, 🤡, 🧻, 😬, 😓, 😥, 😣, 🥺, "
     "🔽, ↘, 🚩, 😿, 😤, 🆘, 🐍, 🪤, 🛑"},
    {MOOD, -0.5f, "🤦, 🤷, 😒, 🙄, 😐, 😑, 😕, 🤔, 🥱, 😴, 🥴, 😵"},
    {MOOD, 2.0f, "🤲, 🖐, ✋, 🆙, 🛫"},
    {MOOD, 1.0f,
     "🟩, 🔺, ▲, △, ↑, ⤴, ✔, ☑, ☝, 👆, 🍻, 🍺, 😻, 🫶, 💝, 💖, "
     "💗, 💓, 💞, 💕, ♥, 💘, 🤙, 👊, 😇, 😌, 🤭, 🏅, 🎖, 🏁, 🌠, "
     "🛰, 🤌"},
    {MOOD, 0.5f,
     "🐕, 🐶, 🐳, 🐋, 🪙, 🫡, 🤠, 🥹, 🤯, ✈, 🍌, 🦧, 😛, 😝, 😺, "
     "🍿, 🎶, 💃, 🕺, 🙋, ✌, 🫂, 🎁, 🔋, 🧨"},
    {MOOD, -1.0f,
     "🟥, ▼, ▽, ↓, ⤵, ✖, 🚫, ⛔, 👇, 🧸, 👿, 😧, 😦, 😪, 🤕, 🫠, "
     "🪂, 🔪, 🪓, 🕳, 🧊, 🥶, 🌩, ⛈, 🌧, 🫤, 🙃, 🐀, 🐁, 🪳, 💣"},
    {MOOD, -1.8f, "🗑, 🚽, 🖕, 🤥, 🔫, 🆖"},

    {GM_LEXICON_PLAIN, 0.0f, NULL},
};
