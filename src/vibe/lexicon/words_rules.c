// Words that change the mood of other words.
#include "vibe/lexicon/words.h"

#include <stddef.h>

#define SCALE    GM_LEXICON_SCALE
#define NEGATE   GM_LEXICON_NEGATE
#define CONTRAST GM_LEXICON_CONTRAST
#define OTHERS   GM_LEXICON_OTHERS

const struct gm_lexicon_group gm_lexicon_rules[] = {
    {NEGATE, 3.0f,
     "don't, doesn't, isn't, aren't, ain't, wasn't, weren't, won't, can't, cannot, couldn't, "
     "shouldn't, haven't, hasn't, hadn't, never, without, lack of, lacks, lacking, lack, "
     "fails to, failed to, fail to, failing to, failure to, refuse to, refuses to, refused to, "
     "unable to, struggles to, struggle to, instead of, rather than, far from, anything but, "
     "no sign of, no signs of, not a, not the, not even, neither, nor, no reason to, avoids"},
    {NEGATE, 2.0f,
     "no, zero, hardly, barely, less, stop, stopped, stops, no more, not any, scarcely"},
    // Words that look like a negation and are none.
    {SCALE, 1.3f,
     "not only, not just, no wonder, never been more, never been this, never been so, "
     "never been as, have never been, nothing but, can't stop, won't stop, never stop, "
     "can't wait, don't miss, don't stop"},
    {SCALE, 1.4f,
     "extremely, incredibly, insanely, massively, hugely, enormously, exceptionally, "
     "extraordinarily, absolutely, totally, completely, utterly, ridiculously, stupidly, "
     "fucking, fuckin, freaking, frigging, goddamn, damn, super, mega, ultra, hella, crazy, "
     "insane, massive, huge, enormous, giant, gigantic, colossal, tremendous, historic, "
     "unprecedented, severe, severely, drastic, drastically, dramatic, dramatically, sharp, "
     "sharply, steep, steeply, heavily, heavy"},
    {SCALE, 1.2f,
     "very, really, so, too, such, quite, pretty, highly, deeply, truly, seriously, literally, "
     "definitely, clearly, obviously, certainly, surely, much, many, big, bigger, biggest, "
     "large, major, significant, significantly, substantial, substantially, considerably, even, "
     "more, most, all, full, fully, real, serious, heck of a, hell of a, one hell of"},
    {SCALE, 0.6f,
     "slightly, somewhat, a bit, a little, little, little bit, kinda, kind of, sorta, sort of, "
     "marginally, mildly, modestly, modest, moderately, moderate, partially, partly, fairly, "
     "relatively, minor, mild, slight, small, some, almost, nearly, maybe, perhaps, possibly, "
     "possible, might, could, may, if, unless, supposedly, allegedly, apparently, rumor, rumors, "
     "rumored, rumour, potentially, would, should, can it, will it, wonder if, wondering if"},
    {NEGATE, 2.0f, "nothing, no one, rarely, seldom, nobody, none, ain't no"},
    {NEGATE, 3.0f,
     "no longer, not that, not so, not very, not really, not exactly, wouldn't, needn't, "
     "mustn't, didn't, not"},
    {SCALE, 1.4f,
     "fkn, fking, fucken, effing, friggin, unbelievably, freakin, so fucking, so damn, as fuck, "
     "as hell, af, way too, beyond"},
    {SCALE, 1.2f, "hell, far too, far more"},
    {SCALE, 0.6f, "if it, seems, hypothetically, theoretically"},
    {CONTRAST, 0.5f,
     "but, however, although, though, nevertheless, nonetheless, despite, except, "
     "on the other hand, that said, having said that, even though, even so, and yet"},
    {OTHERS, -0.6f, "bears"},
    {OTHERS, 0.3f, "shorts, hedgies, shorters"},
    {OTHERS, 0.0f,
     "melvin, citron, shitron, citadel, the hedge funds, hedge fund managers, short sellers, "
     "wall street suits, the suits, boomers, nocoiners, nocoiner, no coiners, haters"},

    {GM_LEXICON_PLAIN, 0.0f, NULL},
};
