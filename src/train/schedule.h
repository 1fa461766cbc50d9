/* schedule.h - the learning rate of each step. */
#ifndef NCH_TRAIN_SCHEDULE_H
#define NCH_TRAIN_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/choice.h"

#define NCH_SCHEDULES(ROW) /* value, name, what it does */ \
	ROW(NCH_CONSTANT, "constant", "stays") ROW(NCH_LINEAR, "linear", "falls in a straight line") ROW(NCH_COSINE, "cosine", "falls along half a cosine") \
	ROW(NCH_WSD, "wsd", "stays, then falls")
typedef enum nch_schedule_kind { NCH_SCHEDULES(NCH_CHOICE_VALUE) NCH_SCHEDULE_KINDS } nch_schedule_kind;

/* Grows linearly from 0 to `lr` over the warm-up; then
 *   constant  stays,
 *   linear    falls in a straight line to 0,
 *   cosine    falls along half a cosine,                        as transformers' get_..._schedule_with_warmup;
 *   wsd       stays, and falls to 0 in a straight line over the last steps (warm-up, stable, decay: Hu et al. 2024; transformers' get_wsd_schedule). */
typedef struct nch_schedule {
	nch_schedule_kind kind;
	double lr;
	double warmup, decay; /* below 1: part of all steps; else a number of steps. Decay: wsd alone */
	bool from_one;        /* as TensorFlow Addons' RectifiedAdam: step + 1 stands for step, and a share of all steps is not rounded down to whole
	                         ones */
	uint64_t total;       /* all steps of the run */
} nch_schedule;

extern const char *const nch_schedule_names[NCH_SCHEDULE_KINDS];
bool nch_schedule_find(const char *name, nch_schedule_kind *kind);

/* The learning rate of step `step` (from 0). */
double nch_schedule_rate(const nch_schedule *schedule, uint64_t step);

/* The first step of wsd's decay; `total` for what has none. */
uint64_t nch_schedule_decay_begin(const nch_schedule *schedule);

/* How many of the first `steps` steps have the same rate in both, counted up to the first one that has not, or that one of them has not at all. A run
 * that has taken so many steps under one is a run under the other: it can go on as that, be it longer, shorter or cooled down. */
uint64_t nch_schedule_agree(const nch_schedule *a, const nch_schedule *b, uint64_t steps);

#endif
