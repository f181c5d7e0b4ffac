// The texts of the benchmark.
#include "app/bench_texts.h"

#include "base/buffer.h"

static const char *const sentences[GM_BENCH_TEXTS] = {
    "Earnings beat by a mile and guidance went up again, yet nobody on this board seems to notice.",
    "I sold everything this morning and I sleep better already.",
    "Does anyone know why the spread is this wide on a Tuesday afternoon?",
    "To the moon, and this time the rocket has fuel for the way back as well 🚀",
    "The chart looks like a staircase that somebody removed every second step from.",
    "Another exchange has stopped withdrawals, and the statement says it is for our own safety.",
    "Volume is three times the average while the price has not moved by a percent since noon.",
    "My broker raised the margin on this one overnight without so much as an email.",
    "Bought the dip, then the dip dipped, so I bought that one too.",
    "The new chief executive comes from the company that ran into bankruptcy two years ago.",
    "Short interest is at forty percent and the shares to borrow are gone.",
    "A quiet quarter, margins in line, debt a little lower, nothing to see here.",
    "If the regulator says yes next week this doubles, and if not I will eat rice till spring.",
    "The developers moved another nine thousand coins to a fresh wallet last night.",
    "Insiders have been buying in the open market for five days in a row.",
    "lol imagine holding this through a recall, an audit and a lawsuit",
    "They cut the dividend in half and call it financial discipline.",
    "Cash on hand now exceeds the whole market capitalisation, which should not be possible.",
    "The upgrade went live without a hitch and fees fell by two thirds within the hour.",
    "I have read the filing twice and still cannot tell how they make money.",
    "Analysts at two banks raised their targets after the factory tour.",
    "This coin has a dog on it, a roadmap of one page and a treasury nobody has seen.",
    "Revenue grew eight percent, costs grew twelve, and the call ended before the questions.",
    "HODL they said, diamond hands they said 💎🙌",
    "The merger is off, the break fee is due, and the bonds trade at sixty cents.",
    "Inventory is piling up in three warehouses that I drive past every day.",
    "Nothing changed except the price, so I doubled my position.",
    "It closed above the two hundred day average for the first time since the crash.",
    "The audit found no irregularities, says the auditor they appointed last month.",
    "Somebody put eleven million dollars on calls that expire this Friday.",
    "Support has answered none of my tickets since they changed the terms.",
    "The pilot customers signed for three years, and the backlog is the longest ever.",
    "Is it just me or does every post here come from an account made this week?",
    "Bankruptcy is on the table, the lawyers are hired, and the stock is up nine percent.",
    "Good company, fair price, bored to tears, exactly what I want.",
    "Rug pull confirmed, the site is down and so is the liquidity.",
    "They will pay back the convertible early, which saves forty million a year in interest.",
    "I was early, I was wrong, and now I am early again.",
    "The recall covers two models and costs less than everyone had feared.",
    "Staking rewards drop by half on Monday, plan accordingly.",
    "Chargebacks doubled in a month, and the payment processor has put them on watch.",
    "Record deliveries in every region but one, and that one is a rounding error.",
    "The founder says he has never sold a share, and the filings say otherwise.",
    "Fed minutes at two, so expect everything to go sideways until then.",
    "A hedge fund that I respect has closed its short with a loss and an apology.",
    "Same news as in March, same spike, and I bet the same slide by evening.",
    "Their largest customer is building the same thing in house.",
    "For once the press release was boring and the numbers were not.",
};

// How many sentences follow the first one, text by text.
static const int more[] = {0, 1, 0, 0, 2, 0, 1, 3, 0, 0, 1, 6, 0, 2, 0, 0};

enum gm_err gm_bench_texts_make(struct gm_arena *arena, struct gm_str ret_texts[GM_BENCH_TEXTS],
                                struct gm_error *error)
{
    const size_t kinds = sizeof more / sizeof more[0];
    struct gm_buffer text;
    enum gm_err err = GM_OK;
    gm_buffer_init(&text, 16 * 1024);
    for (size_t i = 0; !err && i < GM_BENCH_TEXTS; i++) {
        gm_buffer_reset(&text);
        gm_buffer_append_c(&text, sentences[i]);
        for (int j = 1; j <= more[i % kinds]; j++) {
            gm_buffer_append_byte(&text, ' ');
            gm_buffer_append_c(&text, sentences[(i + (size_t)j * 7) % GM_BENCH_TEXTS]);
        }
        err = gm_buffer_ok(&text, error);
        ret_texts[i] = gm_arena_copy(arena, gm_buffer_str(&text));
        if (!err && !ret_texts[i].data)
            err = gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    gm_buffer_finish(&text);
    return err;
}
