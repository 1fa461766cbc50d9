/* What is measured is warm. */
#include "bench/bench.h"
#include "test.h"

#include <time.h>

typedef struct counter {
	size_t calls;
	long first, others; /* nanoseconds that a call takes at least */
	size_t cold;        /* calls that take as long as the first; 0: one */
} counter;

static void run(void *context)
{
	counter *c = context;
	const struct timespec pause = {0, c->calls < (c->cold > 0 ? c->cold : 1) ? c->first : c->others};
	c->calls++;
	nanosleep(&pause, NULL);
}

TEST(the_first_call_does_not_count)
{
	counter slow = {.first = 30000000, .others = 30000000}, cold = {.first = 300000000, .others = 1000};
	CHECK(nch_bench_time(run, &slow, 0.001) >= 0.03 && slow.calls == 2); /* longer than anybody has patience: cold, then warm */
	CHECK(nch_bench_time(run, &cold, 0.01) < 0.3 && cold.calls >= 2);
	counter fast = {0};
	CHECK(nch_bench_time(run, &fast, 0.0) > 0.0 && fast.calls >= 2);
}

/* Memory that the first call finds out to be too small is taken anew by the second, which then is as cold. */
TEST(the_second_call_alone_is_no_figure)
{
	counter twice = {.first = 60000000, .others = 1000, .cold = 2};
	CHECK(nch_bench_time(run, &twice, 0.02) < 0.06 && twice.calls >= 4);
}

int main(void)
{
	RUN(the_first_call_does_not_count);
	RUN(the_second_call_alone_is_no_figure);
	return test_end();
}
