// The table of notifiers.
#include "notify/notifier.h"

const struct gm_notifier_ops *const gm_notifiers[] = {
    &gm_notifier_command,
    NULL,
};
