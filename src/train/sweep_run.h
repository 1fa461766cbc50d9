/* sweep_run.h - the jobs of a sweep: each in a folder of its own, trained by whoever knows how, and what came out of them in tables and pictures. */
#ifndef NCH_TRAIN_SWEEP_RUN_H
#define NCH_TRAIN_SWEEP_RUN_H

#include "base/buffer.h"
#include "report/sweep_report.h"
#include "train/sweep.h"
#include "train/training.h"

/* One training of a sweep. */
typedef struct nch_sweep_job {
	size_t number, rung, epochs;
	const char *folder;
	bool begun; /* an earlier call of the same sweep has been here */
} nch_sweep_job;

/* What trains the jobs. Every call may fail. */
typedef struct nch_sweep_worker {
	/* From now on the settings are those of a job, for *epochs epochs if that is not 0 (halving); else *epochs becomes how many they are. */
	nch_status (*set)(void *context, size_t job, size_t *epochs, nch_error *error);
	/* Appends what the settings are, a line each: the first half of a run's identity. */
	void (*describe)(void *context, nch_buffer *out);
	nch_status (*train)(void *context, const nch_sweep_job *job, nch_error *error);
	void *context;
} nch_sweep_worker;

/* Fill in all but the rows; release with nch_sweep_run_free. */
typedef struct nch_sweep_run {
	const nch_sweep *sweep;
	const nch_sweep_worker *worker;
	const char *out;     /* its folder */
	nch_best_by best_by; /* on the validation rows */
	size_t epochs;       /* of halving's last rung */
	bool halving;
	nch_sweep_row *rows; /* of finished jobs */
	size_t count, capacity;
} nch_sweep_run;
void nch_sweep_run_free(nch_sweep_run *run);

/* Trains the jobs first … last - 1 that are not done yet (merge: none; they must be done), and gathers their figures unless `alone`. */
nch_status nch_sweep_run_grid(nch_sweep_run *run, size_t first, size_t last, bool merge, bool alone, nch_error *error);

/* Successive halving over all jobs: see sweep.h. */
nch_status nch_sweep_run_halving(nch_sweep_run *run, nch_error *error);

/* Writes OUT/sweep.tsv, sweep.svg and curves.svg (of the eight best), and appends to *text the table for people and where the best job lies. */
nch_status nch_sweep_run_report(const nch_sweep_run *run, nch_buffer *text, nch_error *error);

#endif
