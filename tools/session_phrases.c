// Posts out of phrases: an opening, a core, a closing, each with blanks that are filled in.
//
// A blank is a name in braces: {coin}. Its fillings may have blanks themselves. What is added to
// the core never turns its mood around, so that a core's list says what the post means.
#include "session_phrases.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
    const char *const *texts;
    size_t count;
};

#define LIST(...)                                                                                  \
    {                                                                                              \
        (const char *const[]){__VA_ARGS__},                                                        \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)                      \
    }

static const struct list coin_names[SESSION_TICKERS] = {
    [SESSION_BITCOIN] = LIST("BTC", "bitcoin", "Bitcoin", "$BTC", "btc"),
    [SESSION_DOGECOIN] = LIST("doge", "DOGE", "Dogecoin", "dogecoin", "$DOGE"),
    [SESSION_GAMESTOP] = LIST("GME", "$GME", "GameStop", "gamestop", "gme"),
};

// ------------------------------------------------------------------------- blanks

struct blank {
    const char *name;
    struct list fillings;
};

static const struct blank blanks[] = {
    {"amount",
     LIST("a hundred bucks", "my lunch money", "two paychecks", "my tax refund", "50 dollars",
          "another 200", "what I had left", "my side gig money", "a small bag")},
    {"when", LIST("this morning", "last night", "an hour ago", "at lunch", "on my break",
                  "last week", "yesterday", "ten minutes ago", "before the meeting")},
    {"since", LIST("this morning", "last night", "lunch", "Friday", "last week", "yesterday")},
    {"soon", LIST("tonight", "by the weekend", "this week", "before midnight", "by Friday",
                  "any minute now", "sooner than you think", "in the next hour")},
    {"who", LIST("my sister", "my roommate", "the guy at the gym", "my barber", "my cousin",
                 "a coworker", "my mom", "half my group chat", "my neighbor", "our whole office")},
    {"place", LIST("the chart", "the order book", "the volume", "the five minute candles",
                   "the whole timeline", "my feed", "this thread", "the hourly")},
    {"animal", LIST("dog", "cat", "parrot", "hamster", "goldfish", "tortoise")},
    {"years",
     LIST("two years", "three years", "half a year", "four years", "eight months", "way too long")},
    {"food", LIST("ramen", "leftover pizza", "burritos", "pancakes", "cold noodles", "tacos",
                  "grilled cheese")},
    {"thing",
     LIST("keyboard", "router", "bike", "coffee grinder", "office chair", "tent", "monitor")},
    {"rockets", LIST("🚀", "🚀🚀", "🚀🚀🚀", "🌕", "🚀🌕", "💎🙌", "🔥", "🔥🔥", "🙌", "📈")},
    {"sad", LIST("📉", "😭", "🤡", "💀", "😬", "🩸")},
};

// ------------------------------------------------------------------------- openings and closings

static const struct list openings[MOOD_COUNT] = {
    [MOOD_POSITIVE] = LIST("ok so", "not gonna lie,", "update:", "for what it's worth,",
                           "honestly,", "just looked at {place} and", "after {years} of this,",
                           "morning all,", "called it {when}:"),
    [MOOD_EUPHORIC] = LIST("LET'S GO!", "WOW,", "I can't believe it,", "guys,", "omg", "YES!",
                           "are you seeing this?", "finally!", "wake up everyone,", "holy moly,",
                           "told you all {when},", "just looked at {place},"),
    [MOOD_NEGATIVE] =
        LIST("sorry but", "unpopular opinion:", "ugh,", "well,", "honestly,", "be careful,",
             "after {years} I'm done:", "just looked at {place}, yikes,", "sigh,"),
    [MOOD_NEUTRAL] = LIST("hey all,", "newbie here,", "out of the loop here,", "morning,",
                          "back after {years},", "hi,"),
    [MOOD_OFF_TOPIC] = LIST("off topic, but", "random:", "meanwhile,", "unrelated,", "by the way,",
                            "while we wait:"),
};

static const struct list closings[MOOD_COUNT] = {
    [MOOD_POSITIVE] =
        LIST("nice.", "I'm in.", "feeling good about it.", "see you at the top {rockets}",
             "{rockets}", "{who} agrees.", "good vibes today."),
    [MOOD_EUPHORIC] =
        LIST("{rockets}{rockets}", "TO THE MOON {rockets}", "LFG!!!", "best day ever!",
             "so bullish {rockets}", "diamond hands {rockets}", "love this community!!",
             "{who} is in too!! {rockets}", "we are so early!", "huge gains {soon}!!"),
    [MOOD_NEGATIVE] = LIST("{sad}", "I'm out.", "not touching this again.", "what a mess {sad}",
                           "stay safe out there.", "{who} lost money too.", "terrible."),
    [MOOD_NEUTRAL] = LIST("thanks.", "asking for {who}.", "anyone?", "no rush.", "cheers."),
    [MOOD_OFF_TOPIC] = LIST("anyway.", "carry on.", "that's all.", "back to work.", "as you were."),
};

// ------------------------------------------------------------------------- cores

static const struct list cores[MOOD_COUNT] = {
    [MOOD_POSITIVE] =
        LIST("bought {amount} of {coin} {when}, feeling good about it", "{coin} looks strong today",
             "nice bounce on {coin}, buyers are back", "I like where {coin} is heading",
             "{coin} is holding support really well",
             "added {amount} to my {coin} bag, bullish into the weekend",
             "great volume on {coin}, this looks healthy", "{place} looks bullish for {coin}",
             "{coin} is up and so is my mood", "still happy with my {coin}, no plans to sell",
             "solid gains on {coin} since {since}", "{who} finally bought {coin}, good call",
             "{coin} breakout looks good if this holds",
             "been buying {coin} for {years}, best decision", "good news for {coin} holders today",
             "love how calm {coin} stays in a red market", "I am optimistic about {coin} {soon}"),
    [MOOD_EUPHORIC] = LIST("{coin} to the moon!!! {rockets}", "{coin} is going to explode {soon}!!",
                           "I love {coin} so much, diamond hands forever {rockets}",
                           "this is the best setup for {coin} in {years}, insanely bullish!!",
                           "just put {amount} into {coin}, we are going to the moon {rockets}",
                           "{coin} army is unstoppable, huge gains coming!!",
                           "everyone I know is buying {coin}, amazing energy {rockets}",
                           "{place} is pure {coin}, incredible, so bullish right now!",
                           "{coin} bulls are winning big, this is beautiful {rockets}",
                           "never been more bullish on {coin}, LFG {rockets}{rockets}",
                           "buy {coin} now and thank me later, massive rally {soon}!!!",
                           "{who} just went all in on {coin}, legendary {rockets}",
                           "{coin} is about to rip, best feeling ever!!",
                           "super excited about {coin}, what an awesome day to hold {rockets}",
                           "{coin} moon mission is on, strap in, love you all {rockets}",
                           "wow {coin} is so strong, buying more, huge win incoming!",
                           "{coin} rocket is fueled up, we win {soon} {rockets}",
                           "I'm so happy I held {coin} for {years}, amazing gains ahead!!",
                           "the {coin} hype is real and I love it, bullish bullish bullish",
                           "{coin} breakout {soon}, easiest win of the year {rockets}"),
    [MOOD_NEGATIVE] =
        LIST("{coin} is dead, nobody is buying", "sold my {coin} {when}, what a waste of time",
             "{coin} keeps bleeding and I hate it", "lost {amount} on {coin}, terrible week",
             "{coin} looks weak, next stop is lower", "this {coin} chart is ugly, bearish",
             "another fake breakout on {coin}, so disappointing",
             "I regret buying {coin}, down again", "{coin} bagholders are in pain",
             "{place} looks awful for {coin}", "{who} got wrecked on {coin} {when}",
             "{coin} is overpriced garbage at this level", "expecting a dump on {coin} {soon}",
             "tired of holding {coin} for {years} with nothing but losses",
             "{coin} is going nowhere, boring and bad",
             "be careful with {coin}, this smells like a trap",
             "panic selling on {coin} again, this is a disaster"),
    [MOOD_NEUTRAL] = LIST(
        "what time does the {coin} discussion open?", "where do you read about {coin}?",
        "how do fees on {coin} work these days?", "which wallet do you use for {coin}?",
        "what is everyone's average on {coin}?", "is {coin} moving with the market or on its own?",
        "{coin} is trading sideways since {since}", "no position in {coin}, only watching",
        "looking at {place} for {coin}, waiting for a direction",
        "somebody asked me about {coin} {when}", "{coin} opened about where it closed",
        "setting an alert on {coin} and going back to work",
        "is there a calendar for {coin} events {soon}?", "how long did your {coin} transfer take?",
        "{who} wants to know what {coin} is", "watching {coin} with {food} on the desk"),
    [MOOD_OFF_TOPIC] = LIST(
        "my {animal} walked over my {thing} and closed every tab",
        "what are we having for dinner, I vote {food}", "anyone else's {thing} acting up today?",
        "it has been raining here all day",
        "the {thing} I ordered two weeks ago is still in transit",
        "{who} made {food} and the whole kitchen smells of it",
        "my {animal} watches the screen longer than I do",
        "is it me or is this Monday longer than the others",
        "looking for a second hand {thing}, any tips?", "somebody at work microwaved {food} again",
        "learning to cook {food}, first try {soon}",
        "the {animal} next door has opinions about my {thing}"),
};

// What only the holders of one ticker say; mixed in with the cores of the same mood.
static const struct list own_cores[SESSION_TICKERS][MOOD_COUNT] = {
    [SESSION_BITCOIN] =
        {
            [MOOD_POSITIVE] = LIST("stacking sats {when}, calm and happy",
                                   "hash rate at another high, good sign for {coin}"),
            [MOOD_EUPHORIC] = LIST("{coin} above everything, what an amazing asset {rockets}"),
            [MOOD_NEGATIVE] =
                LIST("fees on {coin} are awful again", "whales are dumping {coin} {sad}"),
            [MOOD_NEUTRAL] = LIST("mempool is about average right now",
                                  "moved my {coin} to cold storage {when}"),
            [MOOD_OFF_TOPIC] = LIST("who else reads block times like weather reports"),
        },
    [SESSION_DOGECOIN] =
        {
            [MOOD_POSITIVE] = LIST("much hold, very calm, {coin} looks good",
                                   "tipped a stranger some {coin} {when}, great little community"),
            [MOOD_EUPHORIC] =
                LIST("much wow, very moon, {coin} {rockets}🐕",
                     "one {coin} equals one {coin} and I love it, moon {soon} 🐕{rockets}",
                     "every dog has its day and it is today, {coin} {rockets}",
                     "good boy {coin} is going to the moon, best community ever 🐕"),
            [MOOD_NEGATIVE] =
                LIST("much loss, very sad, {coin} {sad}", "the joke is over, {coin} is dying"),
            [MOOD_NEUTRAL] =
                LIST("who still mines {coin} at home?", "is the {coin} tip bot still around?"),
            [MOOD_OFF_TOPIC] = LIST("my actual dog does not care about any of this"),
        },
    [SESSION_GAMESTOP] =
        {
            [MOOD_POSITIVE] = LIST("store near me was packed {when}, good sign for {coin}",
                                   "holding my {coin} shares, I like the stock"),
            [MOOD_EUPHORIC] = LIST("the squeeze on {coin} is amazing, apes win {rockets}",
                                   "{coin} is ripping, I love this stock, diamond hands 💎🙌"),
            [MOOD_NEGATIVE] = LIST("{coin} already ran, buying here is a terrible idea",
                                   "chasing {coin} after that move? you will be bagholders {sad}",
                                   "trading halt fears on {coin}, this ends in tears",
                                   "sold {coin} into the spike, the crash will be ugly"),
            [MOOD_NEUTRAL] = LIST("is {coin} halted or is it my broker?",
                                  "when are {coin} earnings?", "what moved {coin} just now?"),
            [MOOD_OFF_TOPIC] = LIST("found my old handheld in a drawer, it still starts"),
        },
};

static const char *const spam_texts[SESSION_SPAM_TEXTS] = {
    "Join our free signals group, link in profile. First 100 members only. Join our free signals "
    "group, link in profile.",
    "I turned 300 into 9,000 in a week with this one weird strategy. Message me and I will show "
    "you "
    "how. Not a bot.",
    "New token listing today, early access closes in 10 minutes, ask me for the invite code.",
    "Claim your airdrop: send 0.1 and receive 0.2 back. Official event. Limited time. Verified.",
    "Account manager with ten years of experience, guaranteed daily returns, write to me on the "
    "messenger.",
};

static const struct list author_adjectives =
    LIST("sleepy", "cosmic", "salty", "quiet", "lunar", "turbo", "rusty", "mellow", "pixel",
         "frozen", "spicy", "golden", "humble", "electric", "dusty", "wobbly", "midnight", "tiny");
static const struct list author_nouns =
    LIST("walrus", "pancake", "kettle", "otter", "biscuit", "lantern", "pigeon", "cactus", "noodle",
         "comet", "badger", "teapot", "mango", "raccoon", "pebble", "waffle", "heron");

// ------------------------------------------------------------------------- putting it together

static const char *pick(struct random_state *random, struct list list)
{
    return list.texts[random_below(random, list.count)];
}

static struct list fillings_of(const char *name, size_t len, enum session_ticker ticker)
{
    if (len == strlen("coin") && memcmp(name, "coin", len) == 0)
        return coin_names[ticker];
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (strlen(blanks[i].name) == len && memcmp(blanks[i].name, name, len) == 0)
            return blanks[i].fillings;
    fprintf(stderr, "make-session: no such blank: {%.*s}\n", (int)len, name);
    abort();
}

// Appends `phrase` with its blanks filled.
static void expand(struct random_state *random, enum session_ticker ticker, const char *phrase,
                   char text[POST_TEXT_BYTES])
{
    size_t used = strlen(text);
    for (const char *at = phrase; *at; at++) {
        if (*at != '{') {
            assert(used + 1 < POST_TEXT_BYTES);
            text[used++] = *at;
            text[used] = '\0';
            continue;
        }
        const char *name = at + 1;
        at = strchr(name, '}');
        assert(at);
        expand(random, ticker, pick(random, fillings_of(name, (size_t)(at - name), ticker)), text);
        used = strlen(text);
    }
}

// People write in small letters, some shout, most do neither.
static void restyle(struct random_state *random, enum session_mood mood, char *text)
{
    double style = random_unit(random);
    bool shouts = style > (mood == MOOD_EUPHORIC ? 0.90 : 0.98);
    if (style >= 0.30 && !shouts)
        return;
    for (; *text; text++)
        if ((unsigned char)*text < 0x80)
            *text = (char)(shouts ? toupper(*text) : tolower(*text));
}

void session_compose(struct random_state *random, enum session_ticker ticker,
                     enum session_mood mood, char ret_text[POST_TEXT_BYTES])
{
    ret_text[0] = '\0';
    if (random_unit(random) < 0.35) {
        expand(random, ticker, pick(random, openings[mood]), ret_text);
        strcat(ret_text, " ");
    }
    struct list common = cores[mood], own = own_cores[ticker][mood];
    size_t which = random_below(random, common.count + 2 * own.count);
    const char *core =
        which < common.count ? common.texts[which] : own.texts[(which - common.count) / 2];
    expand(random, ticker, core, ret_text);
    if (random_unit(random) < 0.45) {
        strcat(ret_text, isalnum((unsigned char)ret_text[strlen(ret_text) - 1]) ? ". " : " ");
        expand(random, ticker, pick(random, closings[mood]), ret_text);
    }
    restyle(random, mood, ret_text);
}

const char *session_spam(size_t which)
{
    return spam_texts[which % SESSION_SPAM_TEXTS];
}

void session_author(struct random_state *random, char ret_author[AUTHOR_BYTES])
{
    static const char *const joints[] = {"_", "", "-"};
    // One after the other: the order in which arguments are evaluated is the compiler's.
    const char *adjective = pick(random, author_adjectives);
    const char *joint = joints[random_below(random, 3)];
    const char *noun = pick(random, author_nouns);
    size_t number = random_below(random, 1000);
    snprintf(ret_author, AUTHOR_BYTES, "%s%s%s%zu", adjective, joint, noun, number);
}
