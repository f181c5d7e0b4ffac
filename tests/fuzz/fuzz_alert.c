// market-alerts: any bytes into its decoder.
#include "fuzz_message.h"

FUZZ_MESSAGE(alert)
