/* config.json: every family's names, what is refused, what comes back when it is written; presets and generators. */
#include "nn/config.h"
#include "nn/family.h"
#include "nn/funnel.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "test.h"

static nch_arena *arena;
static nch_error error;
static nch_config config;

static int parses(const char *text)
{
	error = (nch_error){0};
	return nch_config_parse(text, strlen(text), "c", arena, &config, &error) == NCH_OK;
}

/* as KoBERT's folder has it */
static const char kobert[] =
	"{\"architectures\":[\"BertModel\"],\"attention_probs_dropout_prob\":0.1,\"hidden_act\":\"gelu\",\"hidden_dropout_prob\":0.2,\"hidden_size\":768,"
	"\"initializer_range\":0.02,\"intermediate_size\":3072,\"layer_norm_eps\":1e-12,\"max_position_embeddings\":512,\"model_type\":\"bert\","
	"\"num_attention_heads\":12,\"num_hidden_layers\":12,\"pad_token_id\":1,\"position_embedding_type\":\"absolute\",\"type_vocab_size\":2,"
	"\"use_cache\":true,\"vocab_size\":8002}";

TEST(bert)
{
	CHECK(parses(kobert));
	CHECK(config.family == &nch_bert && config.vocab_size == 8002 && config.hidden == 768 && config.embedding == 768 && config.layers == 12);
	CHECK(config.heads == 12 && config.feed_forward == 3072 && config.max_positions == 512 && config.types == 2 && config.pad_token == 1);
	CHECK(config.position_offset == 0 && config.activation == NCH_GELU && config.norm_epsilon == 1e-12f && config.init_range == 0.02f);
	CHECK(config.dropout == 0.2f && config.attention_dropout == 0.1f && config.classifier_dropout == 0.2f); /* none given: as `dropout` */
	CHECK(config.labels == 2 && !config.multi_label);
	CHECK_TEXT(config.label_names[1], "LABEL_1");
}

TEST(other_families)
{
	CHECK(parses("{\"model_type\":\"roberta\",\"vocab_size\":32000,\"type_vocab_size\":1,\"max_position_embeddings\":514,\"layer_norm_eps\":1e-5}"));
	CHECK(config.family == &nch_roberta && config.position_offset == 2 && config.pad_token == 1 && config.types == 1 && config.norm_epsilon == 1e-5f);
	CHECK(parses("{\"model_type\":\"electra\",\"embedding_size\":128,\"hidden_size\":256,\"num_attention_heads\":4,\"classifier_dropout\":null}"));
	CHECK(config.family == &nch_electra && config.embedding == 128 && config.hidden == 256 && config.feed_forward == 1024 && config.classifier_dropout == 0.1f);
	CHECK(parses("{\"model_type\":\"distilbert\",\"dim\":768,\"n_layers\":3,\"n_heads\":12,\"hidden_dim\":3072,\"activation\":\"gelu\",\"dropout\":0.3}"));
	CHECK(config.family == &nch_distilbert && config.layers == 3 && config.types == 0 && config.dropout == 0.3f && config.classifier_dropout == 0.2f);
	CHECK(parses("{\"model_type\":\"albert\",\"hidden_size\":768,\"num_attention_heads\":12,\"intermediate_size\":3072}"));
	CHECK(config.family == &nch_albert && config.embedding == 128 && config.activation == NCH_GELU_TANH && config.dropout == 0);
	CHECK(config.head == NCH_HEAD_CLASSIFIER);
	CHECK(parses("{\"model_type\":\"funnel\",\"block_sizes\":[2,3],\"pooling_type\":\"max\",\"truncate_seq\":false,\"hidden_dropout\":0.3}"));
	CHECK(config.family == &nch_funnel && config.layers == 5 && nch_funnel_of(&config)->blocks == 2 && nch_funnel_of(&config)->sizes[1] == 3 && nch_funnel_of(&config)->repeats[1] == 1);
	CHECK(nch_funnel_of(&config)->head_width == 64 && nch_funnel_of(&config)->largest && !nch_funnel_of(&config)->truncate && nch_funnel_of(&config)->separate_cls && nch_funnel_of(&config)->queries_only);
	CHECK(config.norm_epsilon == 1e-9f && config.activation == NCH_GELU_TANH && config.types == 0 && config.classifier_dropout == 0.3f);
	CHECK(parses("{\"architectures\":[\"RobertaForMaskedLM\"],\"model_type\":\"roberta\"}") && config.head == NCH_HEAD_MLM);
	CHECK(parses("{\"architectures\":[\"ElectraForPreTraining\"],\"model_type\":\"electra\"}") && config.head == NCH_HEAD_RTD);
	CHECK(parses("{\"architectures\":[\"BertForPreTraining\"],\"model_type\":\"bert\"}") && config.head == NCH_HEAD_CLASSIFIER);
	CHECK(parses("{\"architectures\":[\"ElectraForPreTraining\"],\"hidden_size\":256}"));
	CHECK(config.family == &nch_electra);
	CHECK(parses("{\"hidden_size\":64,\"num_attention_heads\":4}")); /* the first BERTs said no more */
	CHECK(config.family == &nch_bert);
}

TEST(labels)
{
	CHECK(parses("{\"model_type\":\"bert\",\"id2label\":{\"10\":\"k\",\"2\":\"슬픔\",\"0\":\"a\",\"1\":\"b\",\"3\":\"d\",\"4\":\"e\",\"5\":\"f\",\"6\":\"g\",\"7\":\"h\","
	             "\"8\":\"i\",\"9\":\"j\"},\"problem_type\":\"multi_label_classification\"}"));
	CHECK(config.labels == 11 && config.multi_label);
	CHECK_TEXT(config.label_names[10], "k");
	CHECK_TEXT(config.label_names[2], "슬픔");
	CHECK(parses("{\"model_type\":\"bert\",\"_num_labels\":3}") && config.labels == 3);
}

TEST(refuses)
{
	static const char *const bad[][2] = {
		{"", "JSON"},
		{"[]", "no JSON object"},
		{"{}", "no \"model_type\""},
		{"{\"model_type\":\"gpt2\"}", "\"gpt2\""},
		{"{\"architectures\":[\"T5Model\"]}", "\"T5Model\""},
		{"{\"model_type\":\"bert\",\"hidden_size\":0}", "hidden_size"},
		{"{\"model_type\":\"bert\",\"hidden_size\":-768}", "hidden_size"},
		{"{\"model_type\":\"bert\",\"hidden_size\":1e3}", "hidden_size"},
		{"{\"model_type\":\"bert\",\"hidden_size\":\"768\"}", "hidden_size"},
		{"{\"model_type\":\"bert\",\"hidden_size\":100}", "no multiple"},
		{"{\"model_type\":\"bert\",\"vocab_size\":99999999999}", "vocab_size"},
		{"{\"model_type\":\"bert\",\"num_hidden_layers\":1000000}", "num_hidden_layers"},
		{"{\"model_type\":\"bert\",\"hidden_act\":\"mish\"}", "\"mish\""},
		{"{\"model_type\":\"bert\",\"hidden_act\":3}", "hidden_act"},
		{"{\"model_type\":\"bert\",\"hidden_dropout_prob\":1}", "hidden_dropout_prob"},
		{"{\"model_type\":\"bert\",\"hidden_dropout_prob\":-0.1}", "hidden_dropout_prob"},
		{"{\"model_type\":\"bert\",\"layer_norm_eps\":\"x\"}", "layer_norm_eps"},
		{"{\"model_type\":\"bert\",\"position_embedding_type\":\"relative_key\"}", "relative_key"},
		{"{\"model_type\":\"bert\",\"is_decoder\":true}", "is_decoder"},
		{"{\"model_type\":\"bert\",\"pad_token_id\":30522}", "pad_token_id"},
		{"{\"model_type\":\"roberta\",\"pad_token_id\":null}", "pad_token_id"},
		{"{\"model_type\":\"roberta\",\"pad_token_id\":1,\"max_position_embeddings\":2}", "pad_token_id"},
		{"{\"model_type\":\"albert\",\"num_hidden_groups\":2}", "num_hidden_groups"},
		{"{\"model_type\":\"funnel\",\"block_sizes\":[]}", "block_sizes"},
		{"{\"model_type\":\"funnel\",\"block_sizes\":3}", "block_sizes"},
		{"{\"model_type\":\"funnel\",\"block_sizes\":[4,0]}", "block_sizes"},
		{"{\"model_type\":\"funnel\",\"block_sizes\":[4,\"4\"]}", "block_sizes"},
		{"{\"model_type\":\"funnel\",\"block_sizes\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}", "block_sizes"},
		{"{\"model_type\":\"funnel\",\"block_sizes\":[4000],\"block_repeats\":[4000]}", "too large"},
		{"{\"model_type\":\"funnel\",\"block_repeats\":[1]}", "block_repeats"},
		{"{\"model_type\":\"funnel\",\"d_model\":33}", "d_model"},
		{"{\"model_type\":\"funnel\",\"pooling_type\":\"min\"}", "\"min\""},
		{"{\"model_type\":\"funnel\",\"attention_type\":3}", "attention_type"},
		{"{\"model_type\":\"modernbert\",\"layer_types\":[\"full_attention\"]}", "layer_types"},
		{"{\"model_type\":\"deberta-v2\",\"conv_kernel_size\":3}", "convolution"},
		{"{\"model_type\":\"deberta-v2\",\"pos_att_type\":\"p2p\"}", "neither c2p nor p2c"},
		{"{\"model_type\":\"deberta-v2\",\"pos_att_type\":[3]}", "neither c2p nor p2c"},
		{"{\"model_type\":\"deberta-v2\",\"pos_att_type\":3}", "pos_att_type"},
		{"{\"model_type\":\"deberta-v2\",\"position_buckets\":1}", "position_buckets"},
		{"{\"model_type\":\"deberta-v2\",\"position_buckets\":64,\"max_relative_positions\":33}", "position_buckets"},
		{"{\"model_type\":\"deberta-v2\",\"position_buckets\":-2}", "position_buckets"},
		{"{\"model_type\":\"deberta-v2\",\"attention_head_size\":32}", "attention_head_size"},
		{"{\"model_type\":\"deberta-v2\",\"pooler_hidden_size\":32}", "pooler_hidden_size"},
		{"{\"model_type\":\"deberta-v2\",\"architectures\":[\"DebertaV2ForMaskedLM\"],\"legacy\":false,\"embedding_size\":32}", "legacy"},
		{"{\"model_type\":\"modernbert\",\"num_hidden_layers\":1,\"layer_types\":[\"none\"]}", "layer_types"},
		{"{\"model_type\":\"modernbert\",\"num_hidden_layers\":1,\"layer_types\":[3]}", "layer_types"},
		{"{\"model_type\":\"modernbert\",\"rope_parameters\":{\"full_attention\":{\"rope_type\":\"yarn\"}}}", "rope_type"},
		{"{\"model_type\":\"modernbert\",\"global_rope_theta\":0}", "global_rope_theta"},
		{"{\"model_type\":\"modernbert\",\"local_attention\":0}", "local_attention"},
		{"{\"model_type\":\"modernbert\",\"hidden_size\":36}", "odd width"},
		{"{\"model_type\":\"modernbert\",\"classifier_pooling\":\"max\"}", "\"max\""},
		{"{\"architectures\":[\"ModernBertForMaskedLM\"],\"model_type\":\"modernbert\",\"decoder_bias\":false}", "decoder_bias"},
		{"{\"model_type\":\"bert\",\"id2label\":{}}", "id2label"},
		{"{\"model_type\":\"bert\",\"id2label\":[\"a\"]}", "id2label"},
		{"{\"model_type\":\"bert\",\"id2label\":{\"0\":\"a\",\"2\":\"b\"}}", "\"2\""},
		{"{\"model_type\":\"bert\",\"id2label\":{\"0\":\"a\",\"0\":\"b\"}}", "two labels numbered 0"},
		{"{\"model_type\":\"bert\",\"id2label\":{\"x\":\"a\"}}", "\"x\""},
		{"{\"model_type\":\"bert\",\"id2label\":{\"0\":null}}", "no text"},
		{"{\"model_type\":\"bert\",\"num_labels\":1000000000}", "num_labels"},
		{"{\"model_type\":\"bert\",\"problem_type\":\"regression\"}", "regression"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(!parses(bad[i][0]));
		if (strstr(error.text, bad[i][1]) == NULL || strchr(error.text, '\n') != NULL)
			CHECK_TEXT(error.text, bad[i][1]);
	}
}

/* Cut anywhere, or a bit turned anywhere: a line or a configuration, never worse. */
TEST(damaged)
{
	char text[sizeof kobert];
	for (size_t cut = 0; cut < sizeof kobert - 1; cut++) {
		error = (nch_error){0};
		CHECK(nch_config_parse(kobert, cut, "c", arena, &config, &error) == NCH_FORMAT && error.text[0] != '\0');
	}
	for (size_t bit = 0; bit < 8 * (sizeof kobert - 1); bit++) {
		memcpy(text, kobert, sizeof kobert);
		text[bit / 8] ^= (char)(1 << bit % 8);
		nch_arena_reset(arena);
		error = (nch_error){0};
		if (nch_config_parse(text, sizeof kobert - 1, "c", arena, &config, &error) != NCH_OK)
			CHECK(error.text[0] != '\0');
	}
}

static int same(const nch_config *a, const nch_config *b)
{
	for (size_t i = 0; i < a->labels && a->labels == b->labels; i++)
		if (strcmp(a->label_names[i], b->label_names[i]) != 0)
			return 0;
	return a->family == b->family && a->head == b->head && a->vocab_size == b->vocab_size && a->hidden == b->hidden && a->layers == b->layers && a->heads == b->heads &&
	       a->feed_forward == b->feed_forward && a->embedding == b->embedding && a->max_positions == b->max_positions &&
	       a->position_offset == b->position_offset && a->types == b->types && a->activation == b->activation &&
	       a->norm_epsilon == b->norm_epsilon && a->dropout == b->dropout && a->attention_dropout == b->attention_dropout &&
	       a->classifier_dropout == b->classifier_dropout && a->init_range == b->init_range && a->pad_token == b->pad_token &&
	       a->labels == b->labels && a->multi_label == b->multi_label && (a->own == NULL) == (b->own == NULL) && (a->own == NULL || memcmp(a->own, b->own, a->family->own_size) == 0);
}

TEST(comes_back_when_written)
{
	static char *plain[] = {"LABEL_0", "LABEL_1"};
	static char *names[] = {"공포", "he said \"no\"\n", "중립"};
	char path[] = "/tmp/nunchi-config-XXXXXX";
	int descriptor = mkstemp(path);
	CHECK(descriptor >= 0);
	close(descriptor);
	nch_funnel_config funnel = {.blocks = 2, .sizes = {1, 2}, .repeats = {3, 1}, .head_width = 7, .activation_dropout = 0.25f, .largest = true, .factorized = true, .queries_only = true};
	static const nch_family *const families[] = {&nch_bert, &nch_roberta, &nch_electra, &nch_distilbert, &nch_albert, &nch_funnel};
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		nch_config read, written = {.family = families[i], .vocab_size = 8002, .hidden = 96, .layers = 3, .heads = 4, .feed_forward = 200, .embedding = 96,
			.max_positions = 77, .types = families[i] == &nch_distilbert || families[i] == &nch_funnel ? 0 : 3, .activation = NCH_SILU, .norm_epsilon = 1e-12f, .dropout = 0.15f,
			.attention_dropout = 0.05f, .classifier_dropout = 0.3f, .init_range = 0.03f, .pad_token = 1, .labels = 3, .label_names = names, .multi_label = i % 2};
		if (families[i] == &nch_electra || families[i] == &nch_albert)
			written.embedding = 32;
		if (families[i] == &nch_roberta)
			written.position_offset = 2;
		if (families[i] == &nch_funnel) {
			written.classifier_dropout = written.dropout;
			written.own = &funnel;
		} else if (i % 2 == 1) { /* a masked language model says nothing of labels */
			written.head = NCH_HEAD_MLM;
			written.multi_label = false;
			written.labels = 2;
			written.label_names = plain;
		}
		CHECK(nch_config_write(&written, path, &error) == NCH_OK);
		CHECK(nch_config_read(path, arena, &read, &error) == NCH_OK);
		CHECK(same(&written, &read));
	}
	unlink(path);
	CHECK(nch_config_read(path, arena, &config, &error) == NCH_IO);
	CHECK(nch_config_write(&(nch_config){.family = NULL}, path, &error) == NCH_USAGE && !nch_file_exists(path));
}

/* Families whose part of the config is their own affair: what they read they write, and read again. */
static void round_trip(const char *text, const nch_family *family)
{
	nch_buffer written = {0};
	nch_config again;
	CHECK(parses(text) && config.family == family && config.own != NULL);
	CHECK(nch_config_text(&config, &written, &error) == NCH_OK);
	CHECK(nch_config_parse(written.data, written.length, "again", arena, &again, &error) == NCH_OK);
	CHECK(same(&config, &again));
	CHECK(memcmp(config.own, family->defaults.own, family->own_size) != 0);
	nch_buffer_free(&written);
}

TEST(modernbert)
{
	round_trip("{\"model_type\":\"modernbert\",\"num_hidden_layers\":4,\"global_attn_every_n_layers\":2,\"global_rope_theta\":500.5,\"local_rope_theta\":null,"
	           "\"local_attention\":32,\"classifier_pooling\":\"mean\",\"embedding_dropout\":0.25,\"norm_bias\":true,\"classifier_activation\":\"silu\"}", &nch_modernbert);
	CHECK(config.hidden == 768 && config.layers == 4 && config.feed_forward == 1152 && config.max_positions == 8192 && config.dropout == 0 && config.types == 0);
	round_trip("{\"architectures\":[\"ModernBertForMaskedLM\"],\"num_hidden_layers\":2,\"layer_types\":[\"sliding_attention\",\"full_attention\"],"
	           "\"rope_parameters\":{\"full_attention\":{\"rope_theta\":300},\"sliding_attention\":null}}", &nch_modernbert);
	CHECK(config.head == NCH_HEAD_MLM);
}

TEST(deberta)
{
	round_trip("{\"model_type\":\"deberta-v2\",\"hidden_size\":768,\"num_attention_heads\":12,\"position_buckets\":256,\"max_relative_positions\":-1,"
	           "\"pos_att_type\":\"p2c|c2p\",\"share_att_key\":true,\"relative_attention\":true,\"norm_rel_ebd\":\"layer_norm\",\"position_biased_input\":false,"
	           "\"type_vocab_size\":0}", &nch_deberta);
	CHECK(config.embedding == 768 && config.types == 0 && config.norm_epsilon == 1e-7f && config.classifier_dropout == 0.1f);
	round_trip("{\"architectures\":[\"DebertaV2ForMaskedLM\"],\"hidden_size\":48,\"num_attention_heads\":4,\"embedding_size\":24,\"type_vocab_size\":2,"
	           "\"pos_att_type\":[\"c2p\"],\"relative_attention\":true,\"pooler_dropout\":0.25,\"pooler_hidden_act\":\"tanh\",\"max_relative_positions\":40}", &nch_deberta);
	CHECK(config.embedding == 24 && config.types == 2 && config.head == NCH_HEAD_MLM);
}

TEST(presets)
{
	CHECK(nch_config_preset("base", &config) && config.layers == 12 && config.hidden == 768 && config.heads == 12 && config.feed_forward == 3072);
	CHECK(nch_config_preset("tiny", &config) && config.layers == 2 && config.hidden == 128 && config.heads == 2 && config.max_positions == 512);
	CHECK(nch_config_preset("large", &config) && config.layers == 24 && config.hidden == 1024 && config.heads == 16 && config.types == 2);
	CHECK(!nch_config_preset("huge", &config) && !nch_config_preset("", &config));
}

static bool shaped(size_t layers, size_t hidden, size_t heads, size_t embedding)
{
	const nch_shape shape = {.layers = layers, .hidden = hidden, .heads = heads, .embedding = embedding};
	CHECK(nch_config_preset("mini", &config)); /* 4 × 256 */
	return nch_config_reshape(&config, &shape, &error) == NCH_OK;
}

TEST(other_measures)
{
	CHECK(shaped(0, 0, 0, 0) && config.layers == 4 && config.hidden == 256 && config.heads == 4 && config.family == &nch_bert);
	CHECK(shaped(12, 0, 0, 0) && config.layers == 12 && config.hidden == 256);
	CHECK(shaped(6, 384, 0, 128) && config.heads == 6 && config.feed_forward == 1536 && config.embedding == 128 && config.family == &nch_electra);
	CHECK(shaped(0, 96, 0, 0) && config.heads == 3 && config.embedding == 96 && config.family == &nch_bert);
	CHECK(shaped(0, 100, 5, 0) && config.heads == 5);
	CHECK(shaped(0, 0, 8, 256) && config.heads == 8 && config.family == &nch_bert);
	CHECK(!shaped(0, 100, 0, 0) && error.status == NCH_USAGE && strstr(error.text, "--hidden 100"));
	CHECK(!shaped(0, 0, 3, 0) && error.status == NCH_USAGE && strstr(error.text, "--heads 3") && config.heads == 4);
	CHECK(!shaped(5000, 0, 0, 0) && error.status == NCH_USAGE);
}

TEST(generators)
{
	static const struct {
		size_t hidden;
		double size;
		size_t width, heads;
	} cases[] = {{256, 0.25, 64, 1}, {768, 0.25, 192, 3}, {768, 1.0 / 3.0, 256, 4}, {384, 0.25, 96, 3}, {128, 0.25, 32, 1}, {64, 0.01, 32, 1}, {256, 1.0, 256, 4}, {256, 0.3, 64, 1}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const nch_shape shape = {.layers = 7, .hidden = cases[i].hidden, .embedding = 128};
		CHECK(nch_config_preset("mini", &config) && nch_config_reshape(&config, &shape, &error) == NCH_OK);
		nch_config g = nch_config_generator(&config, cases[i].size);
		CHECK(g.hidden == cases[i].width && g.heads == cases[i].heads && g.feed_forward == 4 * g.hidden && g.layers == 7 && g.embedding == 128 && g.head == NCH_HEAD_MLM);
	}
}

TEST(every_allocation_may_fail)
{
	nch_status status = NCH_MEMORY;
	for (size_t n = 1; status == NCH_MEMORY && n < 200; n++) {
		nch_arena *small = nch_arena_new(64);
		nch_alloc_fail_after(n);
		status = nch_config_parse(kobert, strlen(kobert), "c", small, &config, &error);
		nch_alloc_fail_after(0);
		nch_arena_free(small);
	}
	CHECK(status == NCH_OK);
}

int main(void)
{
	arena = nch_arena_new(0);
	RUN(bert);
	RUN(other_families);
	RUN(labels);
	RUN(refuses);
	RUN(damaged);
	RUN(comes_back_when_written);
	RUN(modernbert);
	RUN(deberta);
	RUN(presets);
	RUN(other_measures);
	RUN(generators);
	RUN(every_allocation_may_fail);
	nch_arena_free(arena);
	return test_end();
}
