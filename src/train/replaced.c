/* replaced.c - one pass through generator and discriminator, and how good both are. */
#include "train/replaced.h"

#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

enum { GENERATOR_SITES = 0x7000 }; /* its dropouts are numbered from here, behind those of a discriminator of the greatest depth */

/* --- memory --- */

static nch_status make_room(nch_replaced *r, size_t tokens, size_t chances, nch_error *error)
{
	if (tokens > r->room) {
		nch_free(r->address);
		nch_free(r->sample);
		nch_free(r->goals);
		r->address = nch_alloc(tokens, sizeof *r->address);
		r->sample = nch_alloc(tokens, sizeof *r->sample);
		r->goals = nch_alloc(tokens, sizeof *r->goals);
		r->room = r->address && r->sample && r->goals ? tokens : 0;
	}
	if (chances > r->chances_room) {
		nch_free(r->chances);
		r->chances = nch_alloc_aligned(chances, sizeof *r->chances);
		r->chances_room = r->chances ? chances : 0;
	}
	return r->room >= tokens && r->chances_room >= chances ? NCH_OK : nch_no_memory(error);
}

void nch_replaced_free(nch_replaced *replaced)
{
	nch_masked_free(&replaced->masked);
	nch_free(replaced->address);
	nch_free(replaced->sample);
	nch_free(replaced->goals);
	nch_free(replaced->chances);
	*replaced = (nch_replaced){0};
}

/* --- the draw --- */

typedef struct draw_job {
	const nch_kernels *kernels;
	const nch_tensor *logits;
	nch_replaced *replaced;
	uint64_t seed;
	uint32_t epoch;
} draw_job;

/* The first word whose cumulative probability is above `at`. All together may be rounded to a little less than 1, and `at` may lie between: then the
 * last word that is possible. */
static size_t word_at(const float *p, size_t words, double at)
{
	size_t last = 0;
	double sum = 0.0;
	for (size_t word = 0; word < words; word++) {
		sum += (double)p[word];
		if (at < sum)
			return word;
	}
	for (size_t word = 0; word < words; word++)
		last = p[word] > 0.0f ? word : last;
	return last;
}

static void draw_task(void *context, size_t index, size_t thread)
{
	const draw_job *job = context;
	size_t words = job->logits->columns;
	float *p = job->replaced->chances + thread * words;
	job->kernels->softmax(p, job->logits->data + index * words, words);
	double at = nch_random_uniform(job->seed, NCH_RANDOM_REPLACE, job->epoch, job->replaced->address[index]);
	job->replaced->sample[index] = (int32_t)word_at(p, words, at);
}

static void draw(nch_replaced *r, const nch_replaced_task *task, const nch_tensor *logits, const nch_packed *packed, const size_t *rows,
                 uint32_t epoch)
{
	nch_compute *compute = nch_tape_compute(task->tape);
	const nch_masked *masked = &r->masked;
	for (size_t i = 0, s = 0; i < masked->count; i++) {
		while (masked->where[i] >= packed->offsets[s + 1])
			s++;
		r->address[i] = (uint64_t)rows[s] << 22 | (masked->where[i] - packed->offsets[s]);
	}
	draw_job job = {compute->kernels, logits, r, task->masking->seed, epoch};
	nch_pool_run(compute->pool, masked->count, draw_task, &job);
}

/* --- the pass --- */

static nch_batch batch_of(const nch_packed *packed)
{
	return (nch_batch){.tokens = packed->tokens, .sentences = packed->sentences, .token = packed->token, .type = packed->type,
	                   .position = packed->position, .offsets = packed->offsets};
}

/* The generator's loss, and a word for each hidden token. */
static nch_status generate(nch_replaced *r, const nch_replaced_task *task, const nch_packed *packed, const size_t *rows, uint32_t epoch,
                           const nch_step *step, nch_replaced_sums *sums, nch_error *error)
{
	const nch_batch batch = batch_of(packed);
	const nch_loss loss = {.kind = NCH_LOSS_CE, .target = r->masked.target, .scale = task->mlm_scale, .sum = &sums->mlm_loss};
	nch_step own = *step;
	own.site = GENERATOR_SITES;
	NCH_TRY(nch_tape_begin(task->tape, &own, error));
	nch_tensor *logits = nch_model_mlm_logits(task->model->generator, task->tape, &batch, r->masked.where, r->masked.count);
	nch_loss_op(task->tape, logits, &loss);
	NCH_TRY(nch_tape_check(task->tape, error));
	draw(r, task, logits, packed, rows, epoch);
	sums->hidden += r->masked.count;
	sums->guessed += nch_masked_right(logits, r->masked.target);
	return nch_tape_backward(task->tape, error);
}

/* The discriminator's loss, on the sentences with the generator's words in them. */
static nch_status discriminate(nch_replaced *r, const nch_replaced_task *task, const nch_packed *packed, const nch_step *step,
                               nch_replaced_sums *sums, nch_error *error)
{
	const nch_batch batch = batch_of(packed);
	const nch_loss loss = {.kind = NCH_LOSS_BCE, .goals = r->goals, .shape = nch_loss_shape_default(NCH_LOSS_BCE), .scale = task->rtd_scale,
	                       .sum = &sums->rtd_loss};
	NCH_TRY(nch_tape_begin(task->tape, step, error));
	nch_tensor *logits = nch_model_rtd_logits(task->model, task->tape, &batch);
	nch_loss_op(task->tape, logits, &loss);
	NCH_TRY(nch_tape_check(task->tape, error));
	for (size_t i = 0; i < batch.tokens; i++) {
		bool replaced = r->goals[i] > 0.5f, suspected = logits->data[i] > 0.0f;
		sums->right += replaced == suspected;
		sums->replaced += replaced;
		sums->suspected += suspected;
		sums->caught += replaced && suspected;
	}
	sums->tokens += batch.tokens;
	return nch_tape_backward(task->tape, error);
}

nch_status nch_replaced_pass(nch_replaced *replaced, const nch_replaced_task *task, nch_packed *packed, const size_t *rows, uint32_t epoch,
                             const nch_step *step, nch_replaced_sums *sums, nch_error *error)
{
	size_t threads = nch_pool_threads(nch_tape_compute(task->tape)->pool), chances;
	nch_masked *masked = &replaced->masked;
	if (!nch_size_mul(threads, task->model->config.vocab_size, &chances))
		return nch_no_memory(error);
	NCH_TRY(make_room(replaced, packed->tokens, chances, error));
	NCH_TRY(nch_masked_fill(masked, task->masking, packed, rows, epoch, error));
	if (masked->count > 0)
		NCH_TRY(generate(replaced, task, packed, rows, epoch, step, sums, error));
	memset(replaced->goals, 0, packed->tokens * sizeof *replaced->goals);
	for (size_t i = 0; i < masked->count; i++) {
		packed->token[masked->where[i]] = replaced->sample[i];
		replaced->goals[masked->where[i]] = replaced->sample[i] != masked->target[i] ? 1.0f : 0.0f;
	}
	return discriminate(replaced, task, packed, step, sums, error);
}

/* --- figures --- */

static double ratio(double part, double whole)
{
	return whole > 0.0 ? part / whole : 0.0;
}

/* The mean of the F1 of "replaced" and of "original": 2 both / (said + true). */
static double macro_f1(const nch_replaced_sums *s)
{
	double both = (double)s->caught, neither = (double)(s->right - s->caught), said = (double)s->suspected, is = (double)s->replaced, all = (double)s->tokens;
	return 0.5 * (ratio(2.0 * both, said + is) + ratio(2.0 * neither, 2.0 * all - said - is));
}

nch_status nch_replaced_measure(const nch_model *model, nch_tape *tape, const nch_examples *examples, const nch_masking *masking, double weight,
                                nch_scores *scores, nch_replaced_scores *replaced, nch_error *error)
{
	enum { TOKENS = 4096 }; /* of one batch, if one sentence is not longer */
	const nch_replaced_task task = {model, tape, masking, 1.0, 1.0};
	const nch_step step = {0};
	nch_replaced memory = {0};
	nch_replaced_sums sums = {0};
	nch_packed packed = {0};
	size_t *rows = nch_alloc(examples->rows, sizeof *rows);
	nch_status status = rows == NULL ? nch_no_memory(error) : NCH_OK;
	for (size_t begin = 0, end; begin < examples->rows && status == NCH_OK; begin = end) {
		for (end = begin; end < examples->rows && (end == begin || examples->offsets[end + 1] - examples->offsets[begin] <= TOKENS); end++)
			rows[end - begin] = end;
		status = nch_packed_fill(&packed, examples, rows, end - begin, model->config.position_offset, error);
		if (status == NCH_OK)
			status = nch_replaced_pass(&memory, &task, &packed, rows, 0, &step, &sums, error);
	}
	*replaced = (nch_replaced_scores){.mlm_loss = ratio(sums.mlm_loss, (double)sums.hidden), .mlm_accuracy = ratio((double)sums.guessed, (double)sums.hidden),
	                                  .rtd_loss = ratio(sums.rtd_loss, (double)sums.tokens), .precision = ratio((double)sums.caught, (double)sums.suspected),
	                                  .recall = ratio((double)sums.caught, (double)sums.replaced)};
	double accuracy = ratio((double)sums.right, (double)sums.tokens);
	*scores = (nch_scores){replaced->mlm_loss + weight * replaced->rtd_loss, accuracy, macro_f1(&sums), accuracy};
	nch_replaced_free(&memory);
	nch_packed_free(&packed);
	nch_free(rows);
	return status;
}
