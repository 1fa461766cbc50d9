/* model_card.c - README.md of a model folder. */
#include "nn/family.h"
#include "train/model_card.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/evaluation.h"
#include "train/experiment_report.h"

typedef struct card {
	const nch_experiment_options *options;
	const nch_config *config; /* of a transformer, or NULL */
	const nch_ngram *ngram;   /* an n-gram model, or NULL */
	const nch_settings *settings;
	const nch_experiment_result *result;
	const nch_metrics *metrics; /* of the test data, else of the validation data; NULL: nothing was measured */
	const char *measured_on;
	nch_buffer *out;
} card;

static void text(const card *c, const char *plain)
{
	nch_buffer_text(c->out, plain);
}

/* Appends what comes from elsewhere (labels, names of files): no markup of HTML, none of Markdown if it is `prose`, no control characters, one
 * line. */
static void add_harmless(nch_buffer *out, const char *plain, bool prose)
{
	nch_buffer visible = {0};
	nch_buffer_visible(&visible, plain, strlen(plain));
	out->failed = out->failed || visible.failed;
	for (size_t i = 0; i < visible.length; i++) {
		char b = visible.data[i];
		if (b == '<' || b == '>' || b == '&')
			nch_buffer_text(out, b == '<' ? "&lt;" : b == '>' ? "&gt;" : "&amp;");
		else if (prose && (b == '\n' || b == '\t'))
			nch_buffer_byte(out, ' ');
		else if (prose && strchr("\\`*_[]|#~", b) != NULL)
			nch_buffer_printf(out, "\\%c", b);
		else
			nch_buffer_byte(out, b);
	}
	nch_buffer_free(&visible);
}

static void prose(const card *c, const char *plain)
{
	add_harmless(c->out, plain, true);
}

/* JSON's strings are YAML's too; < is written as its number. */
static void quoted(const card *c, const char *plain)
{
	nch_buffer json = {0};
	nch_json_write_text(&json, plain, strlen(plain));
	c->out->failed = c->out->failed || json.failed;
	for (size_t i = 0; i < json.length; i++)
		if (json.data[i] == '<')
			nch_buffer_text(c->out, "\\u003c");
		else
			nch_buffer_byte(c->out, json.data[i]);
	nch_buffer_free(&json);
}

/* A block of code, which nothing in it can end: a fence, or where it holds markup an element of HTML. */
static void block(const card *c, const char *language, const char *code)
{
	bool markup = strpbrk(code, "<&") != NULL || strstr(code, "```") != NULL;
	nch_buffer_printf(c->out, markup ? "<pre>\n" : "```%s\n", language);
	if (markup) {
		add_harmless(c->out, code, false);
	} else {
		nch_buffer_visible(c->out, code, strlen(code));
	}
	text(c, markup ? "</pre>\n\n" : "```\n\n");
}

/* --- front matter --- */

static void metric_line(const card *c, const char *type, double value)
{
	nch_buffer_printf(c->out, "    - type: %s\n      value: %.4f\n", type, value);
}

static void front_matter(const card *c)
{
	text(c, "---\nlanguage: ko\nlibrary_name: transformers\npipeline_tag: text-classification\ntags:\n- text-classification\n- emotion\n- korean\n- nunchi\n"
	        "metrics:\n- accuracy\n- f1\n");
	if (c->metrics != NULL) {
		text(c, "model-index:\n- name: ");
		quoted(c, nch_path_name(c->options->training.out));
		text(c, "\n  results:\n  - task:\n      type: text-classification\n    dataset:\n      type: text\n      name: ");
		const nch_text_list *files = c->result->has_test && c->options->test.count > 0 ? &c->options->test : &c->options->train;
		quoted(c, nch_path_name(files->items[0]));
		text(c, "\n    metrics:\n");
		metric_line(c, "accuracy", c->metrics->accuracy);
		metric_line(c, "f1", c->metrics->macro.f1);
	}
	text(c, "---\n\n");
}

/* --- the text --- */

static void file_names(const card *c, const nch_text_list *files)
{
	for (size_t i = 0; i < files->count; i++) {
		text(c, i > 0 ? ", " : "");
		prose(c, nch_path_name(files->items[i]));
	}
}

static void what_it_is(const card *c)
{
	const nch_config *m = c->config;
	const nch_ngram *n = c->ngram;
	text(c, "# ");
	prose(c, nch_path_name(c->options->training.out));
	if (n != NULL)
		nch_buffer_printf(c->out, "\n\nA linear model (logistic regression) over %s n-grams of %u to %u, weighted by TF-IDF (%zu features), for %zu labels, %s:\n\n",
		                  nch_gram_widths_unit(n->shape.widths), n->shape.widths.shortest, n->shape.widths.longest, n->features, n->labels.count, n->multi_label ? "any number of them a text" : "one a text");
	else
		nch_buffer_printf(c->out, "\n\nA %s encoder (%zu layers of %zu, %zu parameters) with a classifier for %zu labels, %s:\n\n", m->family->title, m->layers, m->hidden,
		                  c->result->parameters, m->labels, m->multi_label ? "any number of them a text" : "one a text");
	for (size_t i = 0; i < c->result->labels.count; i++) {
		text(c, i > 0 ? ", " : "");
		prose(c, c->result->labels.names[i]);
	}
	text(c, "\n\n");
}

static void data_section(const card *c)
{
	const nch_experiment_result *r = c->result;
	text(c, "## Data\n\nTrained on ");
	file_names(c, &c->options->train);
	nch_buffer_printf(c->out, ": %zu rows", r->train_rows);
	if (r->has_valid)
		nch_buffer_printf(c->out, "; %zu for validation", r->valid_rows);
	if (r->has_test)
		nch_buffer_printf(c->out, "; %zu for the test", r->test_rows);
	nch_buffer_printf(c->out, ". SHA-256 of the data as read: `%s`.\n\n", c->settings->data_digest);
	if (c->settings->cleansing[0] != '\0')
		nch_buffer_printf(c->out, "Texts go through the cleansing `%s` first.\n\n", c->settings->cleansing);
	if (c->config != NULL)
		nch_buffer_printf(c->out, "Texts are cut to %zu tokens.\n\n", c->settings->max_len);
}

static void row(const card *c, const char *name, const char *value)
{
	nch_buffer_printf(c->out, "| %s | ", name);
	prose(c, value);
	text(c, " |\n");
}

static void number_row(const card *c, const char *name, double value)
{
	nch_buffer_printf(c->out, "| %s | ", name);
	nch_json_write_double(c->out, value);
	text(c, " |\n");
}

static void command_and_weights(const card *c)
{
	if (c->options->command != NULL) {
		nch_buffer command = {0};
		nch_buffer_printf(&command, "%s\n", c->options->command);
		c->out->failed = c->out->failed || command.failed;
		block(c, "sh", command.data != NULL ? command.data : "");
		nch_buffer_free(&command);
		text(c, "The same command on the same files gives these weights again, bit for bit, on any machine.\n\n");
	}
	nch_buffer_printf(c->out, "Weights: SHA-256 `%s` (`nunchi fingerprint`).\n\n", c->result->training.fingerprint);
}

static void recipe_section(const card *c)
{
	const nch_train_options *t = &c->options->training;
	text(c, "## Recipe\n\n| | |\n| --- | --- |\n");
	if (c->ngram != NULL) {
		number_row(c, "inverse strength of the penalty", c->ngram->shape.c);
		if (c->settings->recipe[0] != '\0')
			row(c, "recipe", c->settings->recipe);
		text(c, "\n");
		command_and_weights(c);
		return;
	}
	row(c, "begun with", c->options->init ? nch_path_name(c->options->init) : "random weights");
	if (c->settings->recipe[0] != '\0')
		row(c, "recipe", c->settings->recipe);
	nch_buffer_printf(c->out, "| epochs | %zu of %zu, the best is %zu |\n| batch | %zu |\n", c->result->training.count, t->epochs, c->result->training.best_epoch,
	                  t->batch * t->accumulate);
	row(c, "optimizer", nch_optimizers[t->optimizer.kind].title);
	number_row(c, "learning rate", t->optimizer.lr);
	row(c, "schedule", nch_schedule_names[t->optimizer.schedule]);
	number_row(c, "warm-up", t->optimizer.warmup);
	if (t->optimizer.schedule == NCH_WSD)
		number_row(c, "decay of the learning rate", t->optimizer.decay);
	number_row(c, "weight decay", t->optimizer.weight_decay);
	if (t->optimizer.ema > 0.0)
		number_row(c, "average of the weights (the old one's share a step)", t->optimizer.ema);
	row(c, "loss", c->settings->loss);
	if (c->settings->freeze[0] != '\0')
		row(c, "frozen", c->settings->freeze);
	if (c->settings->layer_decay != 1.0)
		number_row(c, "layer-wise decay of the learning rate", c->settings->layer_decay);
	nch_buffer_printf(c->out, "| seed | %llu |\n\n", (unsigned long long)t->seed);
	command_and_weights(c);
}

static void metrics_section(const card *c)
{
	text(c, "## Metrics\n\n");
	if (c->metrics == NULL) {
		text(c, "Nothing was held back to measure it on.\n\n");
		return;
	}
	nch_buffer report = {0};
	nch_buffer_printf(c->out, "On the %s data:\n\n", c->measured_on);
	nch_report_text(c->metrics, &c->result->labels, &report);
	nch_experiment_baseline_line(c->result, &report);
	c->out->failed = c->out->failed || report.failed;
	block(c, "text", report.data != NULL ? report.data : "");
	nch_buffer_free(&report);
}

static bool has_file(const card *c, const char *name)
{
	char *path = nch_path_join(c->options->training.out, name);
	bool there = path != NULL && nch_file_exists(path);
	c->out->failed = c->out->failed || path == NULL;
	nch_free(path);
	return there;
}

static void use_section(const card *c)
{
	text(c, "## Use\n\n```sh\nnunchi predict --model . sentences.txt\n```\n\n");
	if (c->ngram != NULL)
		text(c, "It is no transformer: other programs find in `ngrams.table` and `model.safetensors` what they need to compute it.\n\n");
	else if (has_file(c, "tokenizer.json") || has_file(c, "vocab.txt"))
		text(c, "```python\nfrom transformers import AutoModelForSequenceClassification, AutoTokenizer\ntokenizer = AutoTokenizer.from_pretrained(\".\")\n"
		        "model = AutoModelForSequenceClassification.from_pretrained(\".\")\n```\n\n");
	else
		text(c, "`transformers` loads the model (`AutoModelForSequenceClassification`), but has no counterpart for its tokenizer, `spiece.model`: take the ids from\n"
		        "SentencePiece, or from `nunchi tokenize --special`.\n\n");
	text(c, "`nunchi inspect --verify .` tells whether the folder is still what was saved.\n");
}

nch_status nch_model_card_write(const nch_experiment_options *options, const nch_model *model, const nch_ngram *ngram, const nch_settings *settings,
                                const nch_experiment_result *result, nch_error *error)
{
	nch_buffer out = {0};
	char *path = nch_path_join(options->training.out, "README.md");
	const card c = {.options = options, .config = model != NULL ? &model->config : NULL, .ngram = ngram, .settings = settings, .result = result,
	                .out = &out, .metrics = result->has_test ? &result->test : result->has_valid ? &result->valid : NULL,
	                .measured_on = result->has_test ? "test" : "validation"};
	front_matter(&c);
	what_it_is(&c);
	data_section(&c);
	metrics_section(&c);
	recipe_section(&c);
	use_section(&c);
	nch_status status = path == NULL ? nch_no_memory(error) : nch_buffer_check(&out, error);
	if (status == NCH_OK)
		status = nch_file_write(path, out.data, out.length, error);
	nch_buffer_free(&out);
	nch_free(path);
	return status;
}
