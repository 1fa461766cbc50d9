/* schedule.c - warm-up, and what comes after it. All in double, by nothing but + - * / and the project's own cosine. */
#include "train/schedule.h"

#include <stddef.h>
#include <string.h>

#include "kernels/math.h"

#define ROW(kind, name, what) [kind] = name,
const char *const nch_schedule_names[NCH_SCHEDULE_KINDS] = {NCH_SCHEDULES(ROW)};
_Static_assert(NCH_SCHEDULE_KINDS == 4, "a schedule that is added needs its formula below");

bool nch_schedule_find(const char *name, nch_schedule_kind *kind)
{
	for (size_t i = 0; i < NCH_SCHEDULE_KINDS; i++)
		if (strcmp(nch_schedule_names[i], name) == 0) {
			*kind = (nch_schedule_kind)i;
			return true;
		}
	return false;
}

/* A share of all steps, or a number of steps. */
static double steps_of(const nch_schedule *s, double part)
{
	double steps = part < 1.0 ? part * (double)s->total : part;
	return s->from_one ? steps : (double)(uint64_t)steps;
}

static double decay_begin(const nch_schedule *s)
{
	double warmup = steps_of(s, s->warmup), begin = (double)s->total - steps_of(s, s->decay);
	return begin > warmup ? begin : warmup;
}

double nch_schedule_rate(const nch_schedule *s, uint64_t step)
{
	double at = (double)step + (s->from_one ? 1.0 : 0.0), begin = steps_of(s, s->warmup);
	if (at < begin)
		return s->lr * (at / begin);
	if (s->kind == NCH_WSD)
		begin = decay_begin(s);
	if (s->kind == NCH_CONSTANT || at <= begin)
		return s->lr;
	double rest = (double)s->total - begin > 1.0 ? (double)s->total - begin : 1.0, progress = (at - begin) / rest;
	if (progress > 1.0)
		progress = 1.0;
	if (s->kind == NCH_COSINE)
		return s->lr * (0.5 * (1.0 + nch_cos_turns(0.5 * progress)));
	return s->lr * (1.0 - progress);
}

uint64_t nch_schedule_decay_begin(const nch_schedule *s)
{
	double begin = decay_begin(s);
	return s->kind == NCH_WSD && begin < (double)s->total ? (uint64_t)begin : s->total;
}

uint64_t nch_schedule_agree(const nch_schedule *a, const nch_schedule *b, uint64_t steps)
{
	uint64_t same = 0;
	while (same < steps && same < a->total && same < b->total && nch_schedule_rate(a, same) == nch_schedule_rate(b, same))
		same++;
	return same;
}
