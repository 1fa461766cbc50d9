/* Long runs: lengthened, cooled down, ended by the clock, and gone on with, always in the bits of a run that was begun so. */
#include "base/clock.h"
#include "base/file.h"
#include "train/checkpoint.h"
#include "train_rows.h"

#include <dirent.h>
#include <stdlib.h>

static char folder[] = "/tmp/nunchi-longrun-XXXXXX";
static volatile sig_atomic_t stop;

static void stop_at(void *context, const nch_step_record *record, uint64_t total)
{
	(void)total;
	if (record->step == *(uint64_t *)context)
		stop = 1;
}

static const char *isa; /* NULL: the best there is */
static bool without_valid;
static double last_train_loss;
static size_t last_count; /* epochs of the last run */

static void (*step_watcher)(void *context, const nch_step_record *record, uint64_t total) = stop_at;

/* Trains `threads` wide, to the end, or (step > 0) to this step; the fingerprint, empty if it does not come to the end. */
static nch_status run_to(size_t threads, const nch_train_options *options, uint64_t step, char hex[65], nch_error *error)
{
	nch_config c = small_config();
	nch_train_options o = *options;
	nch_train_watcher watcher = {.step = step_watcher, .context = &step};
	nch_model *model = NULL;
	nch_compute *compute = NULL;
	nch_train_result result = {0};
	nch_examples e = examples(ROWS), valid = examples(7);
	stop = 0;
	o.stop = &stop;
	CHECK(nch_compute_new(threads, isa, 40, 16, &compute, error) == NCH_OK);
	CHECK(nch_model_new(&c, &model, error) == NCH_OK && nch_model_init(model, o.seed, compute, error) == NCH_OK);
	nch_status status = nch_train(model, compute, &e, without_valid ? NULL : &valid, &o, &watcher, &result, error);
	memcpy(hex, result.fingerprint, 65);
	last_train_loss = status == NCH_OK ? result.epochs[result.count - 1].train_loss : 0.0;
	last_count = result.count;
	nch_train_result_free(&result);
	nch_examples_free(&e);
	nch_examples_free(&valid);
	nch_model_free(model);
	nch_compute_free(compute);
	return status;
}

/* A run of `epochs` epochs of four steps: two of warm-up, the last quarter of decay. */
static nch_train_options stable_options(size_t epochs)
{
	nch_train_options o = options();
	o.epochs = epochs;
	o.best_by = NCH_BEST_LOSS;
	o.optimizer.schedule = NCH_WSD;
	o.optimizer.warmup = 2;
	o.optimizer.decay = 0.25;
	return o;
}

static nch_train_options in_folder(nch_train_options o)
{
	o.out = folder;
	o.resume = true;
	return o;
}

/* A run of `first` epochs is stopped at step `at` (0: not), then goes on as one of `second` epochs, which is a run of so many from its beginning. */
static void check_length(size_t first, uint64_t at, size_t second)
{
	char whole[65], hex[65];
	nch_error error = {0};
	nch_train_options o = stable_options(second);
	CHECK(run_to(1, &o, 0, whole, &error) == NCH_OK);
	remove_folder(folder);
	o = in_folder(stable_options(first));
	CHECK(run_to(1, &o, at, hex, &error) == (at > 0 ? NCH_CANCELLED : NCH_OK));
	o = in_folder(stable_options(second));
	nch_status status = run_to(2, &o, at + 1, hex, &error); /* and stopped again */
	if (status == NCH_CANCELLED)
		status = run_to(3, &o, 0, hex, &error);
	CHECK(status == NCH_OK);
	if (status != NCH_OK || strcmp(hex, whole) != 0)
		printf("  %zu epochs, stopped at %llu, made %zu: %s\n", first, (unsigned long long)at, second, status == NCH_OK ? "other bits" : error.text);
	CHECK_TEXT(hex, whole);
}

TEST(lengthened_is_as_begun_so)
{
	check_length(4, 7, 8);  /* before its decay, which begins at step 12 */
	check_length(4, 12, 8); /* at its beginning */
	check_length(4, 14, 8); /* within: the run goes back to where it began */
	check_length(4, 0, 8);  /* at its end */
	check_length(8, 10, 4); /* cooled down */
}

TEST(a_run_is_lengthened_twice)
{
	char whole[65], hex[65];
	nch_error error = {0};
	nch_train_options o = stable_options(9);
	CHECK(run_to(1, &o, 0, whole, &error) == NCH_OK);
	remove_folder(folder);
	for (size_t epochs = 3; epochs <= 9; epochs += 3) {
		o = in_folder(stable_options(epochs));
		CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK);
	}
	CHECK_TEXT(hex, whole);
}

/* How long a run has waited for a better epoch is part of where it stands: stopped and gone on with, it ends in the same epoch. */
TEST(patience_outlives_a_stop)
{
	char whole[65], hex[65];
	nch_error error = {0};
	nch_train_options o = stable_options(30);
	o.optimizer.schedule = NCH_CONSTANT;
	o.optimizer.lr = 0.02;
	o.patience = 3;
	CHECK(run_to(1, &o, 0, whole, &error) == NCH_OK);
	size_t count = last_count;
	CHECK(count > 4 && count < 30);
	for (uint64_t at = 4 * (count - 3); at < 4 * count; at += 3) { /* while it waits */
		remove_folder(folder);
		nch_train_options parts = in_folder(o);
		CHECK(run_to(1, &parts, at, hex, &error) == NCH_CANCELLED);
		CHECK(run_to(1, &parts, 0, hex, &error) == NCH_OK);
		CHECK_TEXT(hex, whole);
		CHECK(last_count == count);
	}
}

TEST(other_rates_are_refused)
{
	char hex[65];
	nch_error error = {0};
	nch_train_options o = in_folder(stable_options(8));
	remove_folder(folder);
	CHECK(run_to(1, &o, 10, hex, &error) == NCH_CANCELLED);
	o = in_folder(stable_options(3)); /* its decay would have begun after six steps */
	o.optimizer.decay = 0.5;
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_DATA && strstr(error.text, "step 8 of this run had the learning rate 0.001,") != NULL);
	o = in_folder(stable_options(2));
	o.optimizer.decay = 0.0;
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_DATA && strstr(error.text, "done 10 steps already") != NULL);
	o = in_folder(stable_options(8));
	o.optimizer.schedule = NCH_LINEAR;
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_DATA && strstr(error.text, "step 4 of this run had the learning rate 0.001,") != NULL);
	o = in_folder(stable_options(8));
	o.optimizer.lr = 2e-3;
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_DATA && strstr(error.text, "step 2 of this run") != NULL);
	o = in_folder(stable_options(8));
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK);
}

/* The best model before the decay comes back with it. */
TEST(the_best_before_the_decay_is_kept)
{
	static const char old[] = "the best so far", other[] = "a better one";
	nch_config c = small_config();
	nch_model *model = NULL;
	nch_optimizer optimizer;
	nch_run_state state = {.epoch = 1, .has_best = true, .stable = 5, .schedule = {.kind = NCH_WSD, .lr = 1e-3, .decay = 5, .total = 10}};
	const nch_train_options o = options();
	const nch_checkpoint checkpoint = {.out = folder, .identity = "", .keep = 1, .epochs = 10, .steps = 10, .taken = &optimizer.steps, .state = &state};
	nch_buffer text = {0};
	nch_error error;
	char path[200];
	snprintf(path, sizeof path, "%s/model.safetensors", folder);
	remove_folder(folder);
	CHECK(nch_folder_make(folder, &error) == NCH_OK && nch_file_write(path, old, sizeof old, &error) == NCH_OK);
	CHECK(nch_model_new(&c, &model, &error) == NCH_OK && nch_optimizer_new(model, &o.optimizer, &optimizer, &error) == NCH_OK);
	for (optimizer.steps = 4; optimizer.steps <= 7; optimizer.steps++) { /* none of the others has it */
		state.stable = optimizer.steps < 5 ? 0 : 5;
		CHECK(nch_checkpoint_save(&checkpoint, &error) == NCH_OK);
		if (optimizer.steps == 5)
			CHECK(nch_file_write(path, other, sizeof other, &error) == NCH_OK);
	}
	CHECK(nch_checkpoint_take_best(folder, 7, &error) == NCH_OK);
	CHECK(nch_file_read(path, 0, &text, &error) == NCH_OK && text.length == sizeof other);
	nch_buffer_clear(&text);
	CHECK(nch_checkpoint_take_best(folder, 5, &error) == NCH_OK);
	CHECK(nch_file_read(path, 0, &text, &error) == NCH_OK && text.length == sizeof old && memcmp(text.data, old, sizeof old) == 0);
	nch_buffer_free(&text);
	nch_optimizer_free(&optimizer);
	nch_model_free(model);
}

static size_t count_files(const char *name, const char *ending)
{
	char path[200];
	size_t count = 0;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	DIR *stream = opendir(path);
	for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;)
		count += nch_path_has_suffix(entry->d_name, ending);
	if (stream != NULL)
		closedir(stream);
	return count;
}

TEST(the_clock_asks_for_checkpoints)
{
	char hex[65];
	nch_error error = {0};
	nch_train_options o = in_folder(options());
	remove_folder(folder);
	o.keep_checkpoints = 100;
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK);
	CHECK(count_files("checkpoint", ".safetensors") == 3); /* one an epoch */
	remove_folder(folder);
	o.checkpoint_seconds = 1e-9;
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK);
	CHECK(count_files("checkpoint", ".safetensors") == 12); /* and one a step */
	remove_folder(folder);
	o.checkpoint_seconds = 1e6;
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK);
	CHECK(count_files("checkpoint", ".safetensors") == 3);
}

TEST(ended_by_the_clock)
{
	char whole[65], hex[65];
	nch_error error = {0};
	nch_train_options o = options();
	CHECK(run_to(1, &o, 0, whole, &error) == NCH_OK);
	o = in_folder(o);
	remove_folder(folder);
	o.deadline = nch_seconds();
	for (int step = 1; step <= 12; step++) { /* one step each time */
		char said[60];
		snprintf(said, sizeof said, "the time is up at step %d of 12; go on with ", step);
		CHECK(run_to(1, &o, 0, hex, &error) == NCH_PAUSED);
		CHECK(strncmp(error.text, said, strlen(said)) == 0);
		CHECK(count_files("checkpoint", ".safetensors") == 1 && count_files("", "curves.svg") == 1);
	}
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK); /* nothing is left to do but to measure the last epoch */
	CHECK_TEXT(hex, whole);
}

/* The average is the model: other bits than without, the same ones for any thread, instruction set, interruption and length. */
TEST(the_average_has_one_hash)
{
	char whole[65], hex[65], plain[65];
	nch_error error = {0};
	nch_train_options o = stable_options(4);
	CHECK(run_to(1, &o, 0, plain, &error) == NCH_OK);
	double loss = last_train_loss;
	o.optimizer.ema = 0.8;
	CHECK(run_to(1, &o, 0, whole, &error) == NCH_OK);
	CHECK(last_train_loss == loss); /* training itself goes on with the weights that it had */
	CHECK(strcmp(plain, whole) != 0);
	const char *const *isas = nch_kernels_available();
	for (size_t i = 0; isas[i]; i++)
		for (size_t threads = 1; threads <= 3; threads++) {
			isa = isas[i];
			CHECK(run_to(threads, &o, 0, hex, &error) == NCH_OK);
			CHECK_TEXT(hex, whole);
		}
	isa = NULL;
	o = in_folder(o);
	for (uint64_t at = 1; at <= 16; at += 3) {
		remove_folder(folder);
		CHECK(run_to(1, &o, at, hex, &error) == NCH_CANCELLED);
		CHECK(at + 2 > 16 || run_to(2, &o, at + 2, hex, &error) == NCH_CANCELLED);
		CHECK(run_to(3, &o, 0, hex, &error) == NCH_OK);
		CHECK_TEXT(hex, whole);
	}
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK); /* it is done: the average is taken from the checkpoint */
	CHECK_TEXT(hex, whole);
	remove_folder(folder);
	o.epochs = 2;
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK);
	o.epochs = 4;
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK);
	CHECK_TEXT(hex, whole);
	nch_model *saved = NULL;
	const nch_model_options options_of_saved = {.map = true};
	CHECK(nch_model_open(folder, &options_of_saved, &saved, &error) == NCH_OK);
	CHECK(nch_model_fingerprint(saved, hex, NULL) == NCH_OK);
	nch_alloc_fail_after(1);
	char none[65];
	CHECK(nch_model_fingerprint(saved, none, NULL) == NCH_MEMORY); /* and not silently none */
	nch_alloc_fail_after(0);
	CHECK_TEXT(hex, whole); /* and it is in the folder */
	nch_model_free(saved);
	without_valid = true; /* the last epoch's is the best, and need not be read back */
	remove_folder(folder);
	CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK);
	o.out = NULL;
	CHECK(run_to(1, &o, 0, whole, &error) == NCH_OK);
	CHECK_TEXT(hex, whole);
	without_valid = false;
}

static size_t allocations_left;

static void starve_at(void *context, const nch_step_record *record, uint64_t total)
{
	(void)total;
	if (record->step == *(uint64_t *)context)
		nch_alloc_fail_after(allocations_left);
}

/* An allocation fails, in the middle of an epoch or where the decay begins: the run ends, or does without a picture; what it kept leads to the bits of a whole run. */
TEST(memory_that_is_gone_costs_no_checkpoint)
{
	char whole[65], hex[65];
	nch_error error = {0};
	size_t ended = 0;
	nch_train_options o = stable_options(4);
	o.optimizer.ema = 0.8;
	CHECK(run_to(1, &o, 0, whole, &error) == NCH_OK);
	o = in_folder(o);
	o.checkpoint_every = 1;
	for (uint64_t step = 6; step <= 12; step += 6)
		for (allocations_left = 1; allocations_left < 200; allocations_left += 13) {
			remove_folder(folder);
			CHECK(run_to(1, &o, step - 2, hex, &error) == NCH_CANCELLED);
			step_watcher = starve_at;
			nch_status status = run_to(1, &o, step, hex, &error);
			nch_alloc_fail_after(0);
			step_watcher = stop_at;
			CHECK(status == NCH_MEMORY || status == NCH_OK);
			ended += status != NCH_OK;
			CHECK(run_to(1, &o, 0, hex, &error) == NCH_OK);
			CHECK_TEXT(hex, whole);
		}
	CHECK(ended > 15);
}

int main(void)
{
	CHECK(mkdtemp(folder) != NULL);
	RUN(lengthened_is_as_begun_so);
	RUN(a_run_is_lengthened_twice);
	RUN(patience_outlives_a_stop);
	RUN(other_rates_are_refused);
	RUN(the_best_before_the_decay_is_kept);
	RUN(the_clock_asks_for_checkpoints);
	RUN(ended_by_the_clock);
	RUN(the_average_has_one_hash);
	RUN(memory_that_is_gone_costs_no_checkpoint);
	remove_folder(folder);
	return test_end();
}
