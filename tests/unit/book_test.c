/* Books: who speaks, the arc, smoothing against all paths counted one by one, pages that hold no foreign markup. */
#include <stdlib.h>
#include <string.h>

#include "apps/book.h"
#include "apps/book_html.h"
#include "apps/emotions.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "test.h"

static bool speech(const char *text)
{
	return nch_is_speech(text, strlen(text));
}

TEST(who_speaks)
{
	CHECK(speech("\"어서 와.\""));
	CHECK(speech("“이게 뭐지?” 하고 물었다."));
	CHECK(speech("「가자」"));
	CHECK(speech("- 누구세요?"));
	CHECK(speech("― 나야."));
	CHECK(speech("‘벌써 밤인가.’"));
	CHECK(!speech("그는 말없이 걸었다."));
	CHECK(!speech("형은 \"응\" 하고 짧게 대답하고는 방으로 들어가 버렸다."));
	CHECK(!speech("이름은 '청'이라고 지었다."));
	CHECK(!speech(""));
	CHECK(!speech("-"));
}

TEST(cut_into_passages)
{
	static const char text[] = "\n\n첫 문장이다. \"말이다.\"\n새 줄이다.\n\n\n새 문단이다.\n";
	nch_splitter *splitter = nch_splitter_new();
	nch_book book = {0};
	CHECK(nch_book_cut(splitter, text, strlen(text), false, &book, NULL) == NCH_OK);
	CHECK(book.count == 4 && book.paragraphs == 2);
	if (book.count == 4) {
		CHECK(strncmp(text + book.items[0].begin, "첫 문장이다.", book.items[0].end - book.items[0].begin) == 0);
		CHECK(!book.items[0].speech && book.items[1].speech);
		CHECK(book.items[0].new_line && !book.items[1].new_line && book.items[2].new_line);
		CHECK(book.items[2].paragraph == 0 && book.items[3].paragraph == 1);
	}
	nch_book_free(&book);
	CHECK(nch_book_cut(splitter, " \n ", 3, false, &book, NULL) == NCH_OK && book.count == 0);
	nch_book_free(&book);
	nch_splitter_free(splitter);
}

TEST(moving_average)
{
	static const float scores[] = {1, 0, 0, 1, 1, 0, 0, 1, 0, 1};
	float arc[10];
	nch_book_arc(scores, 5, 2, 3, arc);
	static const double want[] = {0.5, 2.0 / 3, 1.0 / 3, 1.0 / 3, 0};
	for (size_t i = 0; i < 5; i++) {
		CHECK_CLOSE(arc[2 * i], want[i], 1e-6);
		CHECK_CLOSE(arc[2 * i + 1], 1 - want[i], 1e-6);
	}
	nch_book_arc(scores, 5, 2, 99, arc);
	CHECK_CLOSE(arc[0], 0.4, 1e-6);
	CHECK_CLOSE(arc[8], 0.4, 1e-6);
	nch_book_arc(scores, 5, 2, 1, arc);
	CHECK(memcmp(arc, scores, sizeof scores) == 0);
}

static const char three_states[] = "{\"labels\":[\"a\",\"b\",\"c\"],\"first\":[0.5,0.25,0.25],"
                                   "\"following\":[[0.7,0.2,0.1],[0.3,0.4,0.3],[0.05,0.15,0.8]],\"sentences\":12}";

/* What the recursions compute in one go, path by path: each of 3^4 sequences of states with its probability. */
TEST(smoothing_counts_all_paths)
{
	enum { N = 4 };
	float scores[N * 3] = {0.6f, 0.3f, 0.1f, 0.2f, 0.2f, 0.6f, 0.5f, 0.4f, 0.1f, 0.0f, 1.0f, 0.0f};
	double sums[N * 3] = {0}, all = 0;
	nch_smooth s = {0};
	CHECK(nch_smooth_parse(three_states, strlen(three_states), "test", &s, NULL) == NCH_OK);
	for (int path = 0; path < 81; path++) {
		int state[N] = {path % 3, path / 3 % 3, path / 9 % 3, path / 27};
		double p = s.first[state[0]];
		for (int i = 0; i < N; i++) {
			double seen = (double)scores[i * 3 + state[i]];
			p *= (seen > 1e-6 ? seen : 1e-6) * (i > 0 ? s.following[state[i - 1] * 3 + state[i]] : 1);
		}
		all += p;
		for (int i = 0; i < N; i++)
			sums[i * 3 + state[i]] += p;
	}
	CHECK(nch_smooth_apply(&s, N, 3, scores, NULL) == NCH_OK);
	for (int i = 0; i < N * 3; i++)
		CHECK_CLOSE(scores[i], sums[i] / all, 1e-6);
	CHECK(nch_smooth_apply(&s, N, 2, scores, NULL) == NCH_DATA);
	nch_smooth_free(&s);
}

/* A book that stays in one mood pulls a single stray sentence back, and leaves a sure one alone. */
TEST(smoothing_evens_out)
{
	static const char sticky[] = "{\"labels\":[\"a\",\"b\"],\"first\":[0.5,0.5],\"following\":[[0.9,0.1],[0.1,0.9]]}";
	nch_smooth s = {0};
	CHECK(nch_smooth_parse(sticky, strlen(sticky), "test", &s, NULL) == NCH_OK);
	float stray[] = {0.8f, 0.2f, 0.8f, 0.2f, 0.4f, 0.6f, 0.8f, 0.2f, 0.8f, 0.2f};
	nch_smooth_apply(&s, 5, 2, stray, NULL);
	CHECK(stray[4] > stray[5]);
	float sure[] = {0.8f, 0.2f, 0.8f, 0.2f, 0.0001f, 0.9999f, 0.8f, 0.2f, 0.8f, 0.2f};
	nch_smooth_apply(&s, 5, 2, sure, NULL);
	CHECK(sure[5] > sure[4]);
	enum { LONG = 20000 };
	float *book = malloc(LONG * 2 * sizeof *book); /* no underflow, however long the book */
	for (int i = 0; i < 2 * LONG; i++)
		book[i] = i % 2 ? 1e-7f : 0.3f;
	nch_smooth_apply(&s, LONG, 2, book, NULL);
	CHECK(book[2 * LONG - 2] > 0.99f && book[0] > 0.99f);
	free(book);
	nch_smooth_free(&s);
}

TEST(transitions_are_read_with_care)
{
	static const char *const bad[] = {
		"", "[]", "{}", "{\"labels\":[]}", "{\"labels\":[\"a\"],\"first\":[1]}", "{\"labels\":[\"a\",\"b\"],\"first\":[1,0],\"following\":[[0.5,0.5],[0.5,0.5]]}",
		"{\"labels\":[\"a\",\"b\"],\"first\":[0.5,0.5],\"following\":[[0.5,0.5]]}", "{\"labels\":[\"a\",\"b\"],\"first\":[0.5,0.5],\"following\":[[0.5,0.4],[0.5,0.5]]}",
		"{\"labels\":[\"a\",1],\"first\":[0.5,0.5],\"following\":[[0.5,0.5],[0.5,0.5]]}", "{\"labels\":[\"a\",\"b\"],\"first\":[0.5,\"x\"],\"following\":[[0.5,0.5],[0.5,0.5]]}",
		"{\"labels\":[\"a\",\"b\"],\"first\":[1e400,0.5],\"following\":[[0.5,0.5],[0.5,0.5]]}"};
	nch_smooth s = {0};
	nch_error error;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(nch_smooth_parse(bad[i], strlen(bad[i]), "test", &s, &error) == NCH_FORMAT && s.names == NULL);
	for (size_t cut = 0; cut + 1 < strlen(three_states); cut++)
		CHECK(nch_smooth_parse(three_states, cut, "test", &s, &error) != NCH_OK);
	CHECK(nch_smooth_parse(three_states, strlen(three_states), "test", &s, NULL) == NCH_OK);
	nch_buffer out = {0};
	nch_smooth again = {0};
	nch_smooth_write(&s, &out);
	CHECK(nch_smooth_parse(out.data, out.length, "test", &again, NULL) == NCH_OK);
	CHECK(memcmp(again.following, s.following, 9 * sizeof *s.following) == 0 && again.sentences == 12);
	static const char *const turned[] = {"c", "a", "b"}, *const other[] = {"c", "a", "d"};
	CHECK(nch_smooth_order(&again, turned, 3, NULL) == NCH_OK);
	CHECK(again.first[1] == 0.5 && again.following[0] == 0.8 && again.following[1] == 0.05);
	CHECK(nch_smooth_order(&s, other, 3, &error) == NCH_DATA && strstr(error.text, "\"d\"") != NULL);
	CHECK(nch_smooth_order(&s, turned, 2, &error) == NCH_DATA);
	nch_smooth_free(&again);
	nch_smooth_free(&s);
	nch_buffer_free(&out);
}

/* Two books of two files: what follows what, and no transition from the end of one to the beginning of the other. */
TEST(transitions_are_counted)
{
	nch_labels names = {0};
	nch_dataset_row rows[] = {{.label = 0, .file = 0}, {.label = 0, .file = 0}, {.label = 1, .file = 0}, {.label = 0, .file = 1}};
	char *const list[] = {"기쁨", "슬픔"};
	names.names = (char **)list;
	names.count = 2;
	const nch_dataset books = {.rows = 4, .row = rows, .labels = names, .has_labels = true};
	static const char *const labels[] = {"슬픔", "기쁨"}, *const short_of[] = {"기쁨", "화"};
	nch_smooth s = {0};
	nch_error error;
	CHECK(nch_smooth_count(&books, labels, 2, &s, NULL) == NCH_OK);
	CHECK_CLOSE(s.first[1], 2.5 / 3, 1e-12);
	CHECK_CLOSE(s.following[3], 1.5 / 3, 1e-12); /* 기쁨, 기쁨 */
	CHECK_CLOSE(s.following[2], 1.5 / 3, 1e-12); /* 기쁨, 슬픔 */
	CHECK_CLOSE(s.following[1], 0.5, 1e-12);     /* 슬픔 was followed by nothing */
	nch_smooth_free(&s);
	CHECK(nch_smooth_count(&books, short_of, 2, &s, &error) == NCH_DATA && strstr(error.text, "슬픔") != NULL);
}

TEST(pages_hold_no_foreign_markup)
{
	static const char text[] = "<script>alert('1')</script>다. \"&lt;img src=x onerror=y>\"\n\n</style>끝.";
	static const char *const labels[] = {"<b>\"x\"", "슬픔"};
	nch_splitter *splitter = nch_splitter_new();
	nch_book book = {0};
	nch_buffer out = {0};
	CHECK(nch_book_cut(splitter, text, strlen(text), false, &book, NULL) == NCH_OK);
	float scores[20] = {0};
	size_t label[10] = {0};
	CHECK(book.count > 1 && book.count <= 10);
	const nch_tags tags = {.count = book.count, .labels = 2, .scores = scores, .arc = scores, .label = label, .plain = label, .window = 5};
	const nch_book_page page = {.title = "<script>t</script>", .labels = labels, .book = &book, .tags = &tags};
	nch_book_html(&page, &out);
	CHECK(nch_buffer_check(&out, NULL) == NCH_OK);
	CHECK(strstr(out.data, "<script") == NULL && strstr(out.data, "<img") == NULL && strstr(out.data, "<b>\"") == NULL);
	CHECK(strstr(out.data, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;다.") != NULL);
	CHECK(strstr(out.data, "<h1>&lt;script&gt;t&lt;/script&gt;</h1>") != NULL);
	CHECK(strstr(out.data, "default-src 'none'") != NULL);
	const nch_tags none = {.labels = 2};
	const nch_book empty = {0};
	const nch_book_page blank = {.title = "", .labels = labels, .book = &empty, .tags = &none};
	nch_buffer_clear(&out);
	nch_book_html(&blank, &out);
	CHECK(nch_buffer_check(&out, NULL) == NCH_OK && strstr(out.data, "</html>") != NULL);
	nch_buffer_free(&out);
	nch_book_free(&book);
	nch_splitter_free(splitter);
}

TEST(pages_speak_two_languages)
{
	static const char text[] = "a. b. c. d. e.";
	static const char *const labels[] = {"joy", "fear"};
	nch_splitter *splitter = nch_splitter_new();
	nch_book book = {0};
	nch_buffer out = {0};
	CHECK(nch_book_cut(splitter, text, strlen(text), false, &book, NULL) == NCH_OK && book.count > 0);
	float scores[10] = {0};
	size_t label[5] = {0};
	const nch_tags tags = {.count = book.count, .labels = 2, .scores = scores, .arc = scores, .label = label, .plain = label, .window = 5};
	nch_book_page page = {.title = "t", .labels = labels, .book = &book, .tags = &tags, .smoothed = true, .language = NCH_ENGLISH};
	nch_book_html(&page, &out);
	const char *body = strstr(out.data, "<main>"); /* fonts have Korean names anyway */
	CHECK(strstr(body, "<h2>The arc of emotions</h2>") != NULL && strstr(body, "Not found: fear") != NULL);
	for (const char *at = body; *at != '\0'; at++) /* no letter of Hangul: U+AC00 … U+D7A3 begin with EA … ED */
		CHECK((unsigned char)*at < 0xEA || (unsigned char)*at > 0xED);
	page.language = NCH_KOREAN;
	nch_buffer_clear(&out);
	nch_book_html(&page, &out);
	CHECK(strstr(out.data, "<h2>감정의 흐름</h2>") != NULL && strstr(out.data, "없는 감정: fear") != NULL);
	nch_buffer_free(&out);
	nch_book_free(&book);
	nch_splitter_free(splitter);
}

TEST(looks)
{
	CHECK(nch_emotion_look_of("슬픔", 0) == nch_emotion_look_of("sadness", 5));
	CHECK(nch_emotion_look_of("중립", 0)->neutral);
	CHECK(nch_emotion_look_of("x", 0) != nch_emotion_look_of("x", 1));
	CHECK(nch_emotion_look_of("x", 1000000)->mark[0] != '\0');
}

int main(void)
{
	RUN(who_speaks);
	RUN(cut_into_passages);
	RUN(moving_average);
	RUN(smoothing_counts_all_paths);
	RUN(smoothing_evens_out);
	RUN(transitions_are_read_with_care);
	RUN(transitions_are_counted);
	RUN(pages_hold_no_foreign_markup);
	RUN(pages_speak_two_languages);
	RUN(looks);
	return test_end();
}
