// dead-letters: any bytes into its decoder.
#include "fuzz_message.h"

FUZZ_MESSAGE(dead_letter)
