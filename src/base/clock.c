/* clock.c - see clock.h. */
#include "base/clock.h"

#include "base/os.h"

double nch_seconds(void)
{
	return nch_os_seconds();
}
