/* clock.h - time, for what is shown and for what is done now and then. No number that is computed depends on it. */
#ifndef NCH_BASE_CLOCK_H
#define NCH_BASE_CLOCK_H

/* Seconds of a clock that never goes back, with its zero anywhere. */
double nch_seconds(void);

#endif
