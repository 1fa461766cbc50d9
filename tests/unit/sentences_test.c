/* Sentence splitting: own sentences with their ends marked, the rules' own form, any bytes, linear time. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "test.h"
#include "text/sentence_match.h"
#include "text/sentences.h"

/* Splits `marked` without its bars and compares: a bar stands where a piece must begin. */
static void check_splits(const char *marked, bool join_lines)
{
	nch_splitter *splitter = nch_splitter_new();
	nch_sentences sentences = {0};
	nch_buffer text = {0}, found = {0};
	for (const char *c = marked; *c != '\0'; c++)
		if (*c != '|')
			nch_buffer_byte(&text, *c);
	CHECK(nch_sentences_split(splitter, text.data, text.length, join_lines, &sentences, NULL) == NCH_OK);
	for (size_t i = 0; i < sentences.count; i++) {
		if (i > 0)
			nch_buffer_byte(&found, '|');
		nch_buffer_add(&found, text.data + sentences.items[i].begin, sentences.items[i].end - sentences.items[i].begin);
	}
	CHECK_TEXT(found.data, marked);
	nch_buffer_free(&text);
	nch_buffer_free(&found);
	nch_sentences_free(&sentences);
	nch_splitter_free(splitter);
}

static void check_all(const char *const *examples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_splits(examples[i], false);
}
#define CHECK_ALL(examples) check_all(examples, sizeof(examples) / sizeof *(examples))

TEST(stops)
{
	static const char *const examples[] = {
		"눈이 그쳤다. |아이들은 밖으로 뛰어나갔다.",
		"정말요? |네, 정말이에요! |그럼 같이 가요.",
		"눈이 그쳤다.|아이들은 밖으로 뛰어나갔다.|길이 하얗다.",
		"어서 와!|춥지?|얼른 들어와.",
		"원주율은 3.14이고 자연상수는 2.71이다. |둘 다 무리수다.",
		"오늘은 2024. 3. 15. 금요일이다. |비가 온다.",
		"값은 12,500원이고 5.5 kg까지 싣는다. |배송은 사흘 걸린다.",
		"1. 물을 끓인다. |2. 면을 넣는다. |3. 5분을 기다린다.",
		"가. 신청서를 낸다. |나. 결과를 기다린다.",
		"Dr. Kim과 J. Lee가 왔다. |They said hello. |Then they left.",
		"자세한 것은 https://example.com/a.b?c=d!e 에 있다. |꼭 보세요.",
		"www.example.com. 주소는 이것이다. |적어 두자.",
		"메일은 kim.min@example.co.kr로 보내세요. |기다릴게요.",
	};
	CHECK_ALL(examples);
}

TEST(endings_without_stops)
{
	static const char *const examples[] = {
		"어제 도서관에 다녀왔습니다 |사람이 별로 없어서 조용했어요 |다음 주에 또 갈 거예요",
		"나 지금 버스 탔어 |조금만 기다려 줘",
		"비가 오네요 |우산 챙기셨나요 |저는 놓고 왔어요",
		"너무 졸리다 |커피를 마셔야겠다 |근데 집에 커피가 없다",
		"이 집 국수는 참 맛있더라고요 |양도 많고요 |또 가고 싶습니다",
		"길이 미끄럽습니다 |조심하세요 |천천히 가도 됩니다",
		"오늘 회의 취소됐음 |내일 다시 하기로 했음",
		"벌써 다 왔당 |금방 내려갈게용 |기다려 주세용",
		"비가 와서 못 갔다 |그래서 집에 있었다",
		"내일 볼까 |아니면 모레가 나을까",
		"하루 종일 서 있기가 제일 힘들죠 |푹 쉬세요",
		"안녕하세요 |저는 새로 온 김하늘입니다 |잘 부탁드립니다",
	};
	CHECK_ALL(examples);
}

TEST(kinds_of_line_breaks)
{
	check_splits("밥을 먹고\r|물을 마시고\r\n|잠을 자고\xC2\x85|또 먹고\xE2\x80\xA8|놀고\r\r|쉬고\f|자고", false);
	check_splits("한 줄에서\r\n다음\r줄로\xC2\x85간다. |끝\r\n\r\n|새 문단\r\r|또 하나\xC2\x85 \xC2\x85|끝", true);
}

TEST(the_same_syllables_inside)
{
	static const char *const examples[] = {
		"바다 위로 해가 뜬다 |모두 다 밖으로 나왔다",
		"나보다 키가 큰 동생이 날마다 사이다 두 병을 마신다",
		"밥을 먹다 말고 전화를 받았다",
		"길을 가다 보니 옛 친구를 만났다",
		"필요 이상으로 중요 서류를 챙겼다",
		"그는 간다 는 말도 없이 떠났다",
		"아버지 가방에 편지 두 장이 있었다",
		"오지 않는 버스를 기다리지 말고 걸어가자",
		"갈까 말까 고민이다",
		"비가 올까 봐 우산을 샀다",
		"동네 사람들이 할머니 댁에 모였다",
		"이런 게임 처음 해 본다 |정말 재미있다",
		"제가요 어제 그 사람을 만났거든요 |정말 놀랐어요",
		"그 일이 싫지 않다",
		"청소를 하다 넘어졌다",
		"아무리 춥다 해도 나는 간다",
		"그는 의자 밑에 있던 자기 과자 상자를 찾았다",
		"어머니는 다시 돌아가야 했다",
		"다들 괜찮을 거라 생각했다",
		"눈이 올 거라 차를 두고 왔어요",
		"이제 다 끝났다 생각하니 시원하네요",
		"내년에도 같이 갔음 좋겠어요",
		"값은 쌌으나 금방 망가졌다",
		"겉은 그다지 나쁘지 않았다",
	};
	CHECK_ALL(examples);
}

TEST(verbs_cut_short)
{
	static const char *const examples[] = {
		/* -하다 and -이다 of a verb are -다가 */
		"그는 망설이다 입을 열었다",
		"밤새 고민하다 늦잠을 잤다",
		"친구와 이야기하다 버스를 놓쳤다",
		"창밖으로 불빛이 보이다 사라졌다",
		"사람들이 모이다 흩어졌다",
		"물을 마시다 사레가 들렸다",
		"계약하다 말고 나왔다",
		"눈물을 글썽이다 웃었다",
		"일이 잘 되다 막혔다",
		/* of an adjective, and behind a noun, they are the end */
		"방이 조용하다 |아무도 없다",
		"그 일은 꼭 필요하다 |나도 안다",
		"나는 학생이다 |너도 그렇다",
		"저 사람이 내 아들이다 |잘 생겼다",
		"오늘 점심은 떡볶이다 |맛있겠다",
		"성격이 착하다 |그래서 좋다",
		"그는 망설이다. |입을 열었다.",
	};
	CHECK_ALL(examples);
}

TEST(remarks_behind_a_stop)
{
	static const char *const examples[] = {
		"가게에 붙은 안내문이다.|(사진=김하늘 기자) |손님들은 발길을 돌렸다.",
		"모두 함께 외쳤다.|(자료 제공 시청) |행사는 끝났다.",
		"그는 그렇게 말했다.(웃음) |모두 웃었다.",
		"이미 알려진 일이다.(3) |다음을 보자.",
	};
	CHECK_ALL(examples);
}

/* A quotation mark that is closed 1,600 bytes later is one of a pair; one byte more, and it is a slip. */
TEST(longest_quotation)
{
	for (size_t more = 0; more < 2; more++) {
		nch_buffer text = {0};
		nch_buffer_text(&text, more ? "\"눈이 온다. |" : "\"눈이 온다. "); /* the bar is no part of the text */
		while (text.length < 1600 + 2 * more - strlen(" 비가 온다."))
			nch_buffer_byte(&text, 'a');
		nch_buffer_text(&text, more ? " 비가 온다.|\" 끝" : " 비가 온다.\" |끝");
		check_splits(text.data, false);
		nch_buffer_free(&text);
	}
}

/* In NFD each syllable is two or three characters; the cuts are the same. */
TEST(conjoining_jamo)
{
	static const char *const examples[] = {
		"어제 도서관에 다녀왔습니다 |사람이 별로 없어서 조용했어요ㅎㅎ |다음 주에 또 갈 거예요",
		"\"같이 가자. 늦었어!\"라고 형이 말했다. |우리는 뛰었다.|길이 하얗다.",
		"길을 가다 보니 옛 친구를 만났다 |그래서 좋았다",
		"가. 신청서를 낸다. |나. 결과를 기다린다.",
		"나보다 키가 큰 동생이 날마다 사이다 두 병을 마신다",
	};
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		nch_buffer apart = {0};
		for (const char *at = examples[i]; *at != '\0';) {
			uint32_t c, parts[NCH_UNICODE_MAX_DECOMPOSITION];
			at += nch_utf8_decode(at, strlen(at), &c);
			size_t count = c >= 0xAC00 && c <= 0xD7A3 ? nch_unicode_decompose(c, false, parts) : 0;
			for (size_t k = 0; k < count; k++)
				nch_buffer_utf8(&apart, parts[k]);
			if (count == 0)
				nch_buffer_utf8(&apart, c);
		}
		check_splits(apart.data, false);
		nch_buffer_free(&apart);
	}
}

TEST(quotations)
{
	static const char *const examples[] = {
		"\"같이 가자. 늦었어!\"라고 형이 말했다. |우리는 뛰었다.",
		"“이건 뭐지?” 하고 동생이 물었다. |나는 모른다고 했다.",
		"\"누구세요?\" |문밖에서 대답이 없었다.",
		"\"나야.\" |\"나가 누군데?\" |\"민수라니까!\"",
		"‘오늘은 쉬자. 내일 하자.’라는 생각이 들었다. |그래서 누웠다.",
		"「어디 가니?」 |그가 물었다.",
		"선생님은 '안 된다'고 하셨다. |우리는 조용해졌다.",
		"그 말은 '뜻.', '꼴.', '값.'을 함께 이른다. |외워 두자.",
		"그는 \"간다\" 라고 썼다. |끝이었다.",
		"왜 안 왔지? 라는 말이 들렸다. |나는 숨었다.",
		"5'30\"에 끝났다. |10'에 다시 시작한다.",
		"It's me. |Don't go.",
		"\"닫히지 않은 말이다. |그래도 나눈다. |끝.",
	};
	CHECK_ALL(examples);
}

TEST(brackets)
{
	static const char *const examples[] = {
		"그 책(작년에 나왔다. 두껍다.)을 샀다. |아직 안 읽었다.",
		"많이 걸었습니다(다리가 아파요). |이제 쉽니다.",
		"비가 옵니다(웃음) |바람도 붑니다",
		"공연은 내일 열린다 |(사진 제공 극단 하늘) |표는 매진되었다",
		"《바다. 그리고 산.》을 읽었다. |좋았다.",
		"닫히지 않은 (괄호가 있다. |그래도 나눈다.",
	};
	CHECK_ALL(examples);
}

TEST(dots_and_faces)
{
	static const char *const examples[] = {
		"글쎄... 잘 모르겠어... |내일 다시 올게.",
		"가고는 싶지만… 시간이 없어… |미안해.",
		"배불러요ㅎㅎ |디저트는 다음에 먹어요~ |안녕히 가세요^^",
		"아 진짜 웃겼어ㅋㅋㅋ |또 보고 싶다 ㅠㅠ |같이 갈래?",
		"좋아요 😊 |내일 봐요 👋 |잘 자요",
		"내가ㅋㅋ 그걸 왜 해",
		"집에~ 가고 싶어요~ |데려다주세요~",
		"이게 뭐야 ?! |말도 안 돼 !!! |다시 해",
		"그런데... 말이야... |비밀이야.",
		"ㅇㅇ 알겠어 |ㄹㅇ 웃겼다 ㅋㅋㅋㅋ |끝",
		"힘들었다;; |이제 자야지",
		"생일 축하해요 :) |저녁에 봐요",
		"고마워요 :-) |잘 쓸게요",
		"(늦어서 미안해요 :) |괜찮아요",
		"잘 다녀오세요,,, |집은 제가 볼게요",
	};
	CHECK_ALL(examples);
}

TEST(dialects)
{
	static const char *const examples[] = {
		"밥 묵었나 |퍼뜩 가 보자",
		"그라믄 안 되제 |내는 모른데이",
		"어디 가는겨 |장에 가는디 같이 갈 텨?",
		"오늘은 날이 참 좋구먼유 |마실이나 갑시다",
		"나가 했당께 |참말이여",
	};
	CHECK_ALL(examples);
}

TEST(lines)
{
	check_splits("첫 줄\n|둘째 줄\n\n|넷째 줄\n", false);
	check_splits("한 문장이 두 줄에\n걸쳐 있다. |다음 문장도\n그렇다.\n\n|새 문단이다.", true);
	check_splits("\"말이 두 줄에\n걸쳐 있다. 그렇지?\" 하고 물었다. |답이 없다.", true);
	check_splits("줄 끝이\r\n|이렇기도 하다\r\n", false);
	check_splits(" \n ", false);
	check_splits("   앞이 비었다. |뒤도 빈다.   ", false);
}

/* The pieces are the text, whatever the bytes; the parts of a piece lie in it. */
static void check_cover(const nch_splitter *splitter, const char *text, size_t length, bool join)
{
	nch_sentences s = {0};
	CHECK(nch_sentences_split(splitter, text, length, join, &s, NULL) == NCH_OK);
	size_t at = 0;
	int bad = 0;
	for (size_t i = 0; i < s.count; i++) {
		const nch_sentence *p = &s.items[i];
		bad += p->begin != at || p->begin > p->text_begin || p->text_begin > p->text_end || p->text_end > p->end || p->begin == p->end;
		at = p->end;
	}
	CHECK(bad == 0);
	CHECK(at == length);
	nch_sentences_free(&s);
}

TEST(any_bytes)
{
	static const char *const parts[] = {"다", ".", " ", "\"", "(", ")", "ㅋ", "요", "\n", "\xE3\x85", "\xFF", "…", "라고 ", "'", "^", "1", "a", "😊", "http://", "다 ", "습니다", "”", "“", "\r"};
	nch_splitter *splitter = nch_splitter_new();
	unsigned seed = 7;
	for (int round = 0; round < 2000; round++) {
		nch_buffer text = {0};
		for (int i = 0; i < 40; i++) {
			seed = seed * 1664525u + 1013904223u;
			nch_buffer_text(&text, parts[(seed >> 16) % (sizeof parts / sizeof *parts)]);
		}
		check_cover(splitter, text.data, text.length, round % 2 == 0);
		nch_buffer_free(&text);
	}
	check_cover(splitter, "", 0, false);
	nch_splitter_free(splitter);
}

/* A text four times as long may take some four times as long, not sixteen times. Processor time, the best of three. */
static double seconds_of(const nch_splitter *splitter, const char *unit, size_t bytes)
{
	nch_buffer text = {0};
	nch_sentences s = {0};
	while (text.length < bytes)
		nch_buffer_text(&text, unit);
	double best = 1e9;
	for (int i = 0; i < 3; i++) {
		clock_t start = clock();
		nch_sentences_split(splitter, text.data, text.length, false, &s, NULL);
		double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
		best = seconds < best ? seconds : best;
	}
	nch_sentences_free(&s);
	nch_buffer_free(&text);
	return best;
}

TEST(linear_time)
{
	static const char *const units[] = {"가", "다 ", "(", "\"", "'(", "ㅇ", "ㅋ", ".", "^", "a.", "1 ", "(\"", "요)", "http://", "습니다 ", "\xEA\xB0"};
	nch_splitter *splitter = nch_splitter_new();
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		double less = seconds_of(splitter, units[i], 60000), more = seconds_of(splitter, units[i], 240000);
		if (more > 10 * less + 0.02)
			printf("  \"%s\": %.4f s, four times as much %.4f s\n", units[i], less, more);
		CHECK(more <= 10 * less + 0.02);
	}
	nch_splitter_free(splitter);
}

/* Each pattern stands in one list, and is found: else a rule would be read but never obeyed. */
TEST(rules_are_found)
{
	nch_splitter *splitter = nch_splitter_new();
	for (size_t r = 0; nch_ending_rules[r].patterns != NULL; r++) {
		char copy[8192];
		CHECK(strlen(nch_ending_rules[r].patterns) < sizeof copy);
		strcpy(copy, nch_ending_rules[r].patterns);
		for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
			nch_buffer text = {0};
			unsigned char first = (unsigned char)word[0];
			const char *rest = word;
			if (word[0] == '+')
				nch_buffer_text(&text, "뷁");
			if (word[0] == '+' || word[0] == '=')
				rest++;
			static const struct {
				const char *jamo, *syllable;
			} closed[] = {{"ㅂ", "뷥"}, {"ㅆ", "뷨"}, {"ㄴ", "뷘"}, {"ㄹ", "뷜"}};
			for (size_t i = 0; i < 4; i++)
				if (first == 0xE3 && strncmp(word, closed[i].jamo, 3) == 0) {
					nch_buffer_text(&text, closed[i].syllable);
					rest += 3;
				}
			nch_buffer_text(&text, rest);
			nch_ending found = nch_splitter_ending(splitter, text.data, 0, text.length);
			/* a longer pattern of the same kind may win, never one that says otherwise */
			bool found_it = found.pattern != NULL && (strcmp(found.pattern, word) == 0 || found.stem == nch_ending_rules[r].stem || strchr("=", found.pattern[0]) != NULL);
			if (!found_it)
				printf("  %s is taken for %s\n", word, found.pattern != NULL ? found.pattern : "nothing");
			CHECK(found_it);
			for (size_t other = 0; other <= r; other++) { /* not listed before */
				const char *list = nch_ending_rules[other].patterns;
				for (const char *at = list; (at = strstr(at, word)) != NULL; at += strlen(word)) {
					const char *end = at + strlen(word);
					bool whole = (at == list || at[-1] == ' ') && (*end == ' ' || *end == '\0');
					bool self = other == r && (size_t)(at - list) == (size_t)(word - copy);
					if (whole && !self)
						printf("  %s stands in the rules twice\n", word);
					CHECK(!whole || self);
				}
			}
			nch_buffer_free(&text);
		}
	}
	nch_splitter_free(splitter);
}

TEST(reasons)
{
	static const char text[] = "갔다 왔습니다. 좋더라 그래서요 \"와!\" 형이 왔다";
	nch_splitter *splitter = nch_splitter_new();
	nch_sentences s = {0};
	CHECK(nch_sentences_split(splitter, text, sizeof text - 1, false, &s, NULL) == NCH_OK);
	CHECK(s.count == 4);
	if (s.count == 4) {
		CHECK(s.items[0].reason == NCH_SENTENCE_STOP);
		CHECK_TEXT(s.items[0].ending, "ㅂ니다");
		CHECK(s.items[1].reason == NCH_SENTENCE_ENDING);
		CHECK_TEXT(s.items[1].ending, "더라");
		CHECK(s.items[2].reason == NCH_SENTENCE_QUOTATION);
		CHECK(s.items[3].reason == NCH_SENTENCE_TEXT_END);
	}
	nch_sentences_free(&s);
	nch_splitter_free(splitter);
}

TEST(memory_may_fail)
{
	nch_alloc_fail_after(1);
	CHECK(nch_splitter_new() == NULL);
	nch_alloc_fail_after(0);
	nch_splitter *splitter = nch_splitter_new();
	for (size_t n = 1; n < 4; n++) {
		nch_sentences s = {0};
		nch_alloc_fail_after(n);
		nch_status status = nch_sentences_split(splitter, "(가) 갔다. 왔다.", strlen("(가) 갔다. 왔다."), false, &s, NULL);
		nch_alloc_fail_after(0);
		CHECK(status == NCH_OK || status == NCH_MEMORY);
		CHECK(n > 1 || status == NCH_MEMORY);
		nch_sentences_free(&s);
	}
	nch_splitter_free(splitter);
}

int main(void)
{
	RUN(stops);
	RUN(endings_without_stops);
	RUN(kinds_of_line_breaks);
	RUN(the_same_syllables_inside);
	RUN(verbs_cut_short);
	RUN(remarks_behind_a_stop);
	RUN(longest_quotation);
	RUN(conjoining_jamo);
	RUN(quotations);
	RUN(brackets);
	RUN(dots_and_faces);
	RUN(dialects);
	RUN(lines);
	RUN(any_bytes);
	RUN(linear_time);
	RUN(rules_are_found);
	RUN(reasons);
	RUN(memory_may_fail);
	return test_end();
}
