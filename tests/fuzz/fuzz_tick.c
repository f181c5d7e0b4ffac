// live-prices: any bytes into its decoder.
#include "fuzz_message.h"

FUZZ_MESSAGE(tick)
