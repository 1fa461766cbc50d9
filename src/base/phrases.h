/* phrases.h - what the program says to a person in his own language: one list, a phrase a row, with its English and its Korean.
 *
 * Here stands what chat says and what stands on pages that the program writes (the page of `make page` has its own words, in src/page/page.html and
 * page.js). What scripts read (output, logs, reports, errors) has one language, English. Phrases with a % are formats, whose conversions are the
 * same, in the same order, in all languages (phrases_test.c holds that); a {0} is for the script of a page to fill. */
#ifndef NCH_BASE_PHRASES_H
#define NCH_BASE_PHRASES_H

/* PHRASE(name, English, Korean) */
#define NCH_CHAT_PHRASES(PHRASE)                                                                                                                     \
	PHRASE(chat_greeting, "Type a sentence, and its emotion is read from it. 0 leaves.\n", "문장을 적으면 그 안의 감정을 읽어 드립니다. 0을 적으면 끝납니다.\n") \
	PHRASE(chat_question, "sentence> ", "문장> ")                                                                                                \
	PHRASE(chat_answer, "emotion: ", "감정: ")                                                                                                   \
	PHRASE(chat_second, ", and ", ", 그리고 ")                                                                                                   \
	PHRASE(chat_nothing, "no emotion stands out; the nearest is ", "뚜렷한 감정이 없습니다. 가장 가까운 감정: ")                                 \
	PHRASE(chat_strange, "most of this text is unknown to me; a guess: ", "처음 보는 글자가 많아 잘 모르겠습니다. 굳이 고르면: ")                \
	PHRASE(chat_farewell, "Goodbye.\n", "안녕히 가세요.\n")

/* what stands around the help texts, which are src/cli/help_korean.c's */
#define NCH_HELP_PHRASES(PHRASE)                                                                                                                     \
	PHRASE(help_program, "reads the emotion in Korean sentences; trained by yourself", "한국어 문장에서 감정을 읽는다. 모델은 직접 학습시킨다")      \
	PHRASE(help_call, "Usage: nunchi COMMAND [options] [arguments]", "쓰는 법: nunchi 명령 [옵션] [인자]")                                       \
	PHRASE(help_family_call, "Usage: nunchi %s ... [options] [arguments]", "쓰는 법: nunchi %s ... [옵션] [인자]")                               \
	PHRASE(help_usage, "Usage", "쓰는 법")                                                                                                       \
	PHRASE(help_commands, "Commands", "명령")                                                                                                    \
	PHRASE(help_more, "nunchi help COMMAND tells all about one of them, nunchi --version its version.",                                          \
	       "하나하나는 nunchi help 명령, 판은 nunchi --version이 알려 준다.")                                                                    \
	PHRASE(help_default, "default", "기본")                                                                                                      \
	PHRASE(help_repeated, "; may be repeated", ". 되풀이해 줄 수 있다")                                                                          \
	PHRASE(help_this, "this text", "이 글")

/* explain --html */
#define NCH_EXPLAIN_PHRASES(PHRASE)                                                                                                                  \
	PHRASE(explain_colours, "Coloured and underlined: pieces that speak for the answer; a dotted line: pieces that speak against it.",           \
	       "색과 이어진 밑줄은 답에 보탠 조각, 점선 밑줄은 답을 거스른 조각입니다.")                                                             \
	PHRASE(explain_answers, "Answers", "답")                                                                                                     \
	PHRASE(explain_effects, "What each piece did", "조각마다의 몫")                                                                              \
	PHRASE(explain_effects_how, "How far the answer's logit falls without the piece. To the right what speaks for the answer, to the left what speaks against it.", \
	       "그 조각이 없으면 답의 로짓이 얼마나 줄어드는가. 오른쪽은 답에 보탠 것, 왼쪽은 거스른 것입니다.")                                     \
	PHRASE(explain_attention, "Attention", "어텐션")                                                                                             \
	PHRASE(explain_too_many, "It has %zu tokens and is not drawn (up to %d are).", "토큰이 %zu개라 그리지 않았습니다 (%d개까지).")               \
	PHRASE(explain_layers, "Where it looked: by layer", "어디를 보았나: 층마다")                                                                 \
	PHRASE(explain_layers_how, "Attention, the mean of the heads. The token of a row looks at that of a column. Where it looked is not yet why. All pictures have one scale.", \
	       "어텐션, 헤드들의 평균. 줄의 토큰이 칸의 토큰을 봅니다. 본 곳이 곧 까닭은 아닙니다. 모든 그림의 색은 한 눈금으로 잽니다.")            \
	PHRASE(explain_heads, "The heads of the last layer", "마지막 층의 헤드들")                                                                   \
	PHRASE(explain_layer, "layer", "층")                                                                                                         \
	PHRASE(explain_head, "head", "헤드")                                                                                                         \
	PHRASE(explain_largest, "%s %zu · at most %.0f %%", "%s %zu · 가장 큰 값 %.0f %%")

/* tag --html */
#define NCH_BOOK_PHRASES(PHRASE)                                                                                                                     \
	PHRASE(book_summary, "%zu sentences · <b>in bold</b> what is said, %zu; the other %zu are told%s", "%zu문장 · <b>굵은 글</b>은 대사 %zu, 나머지는 지문 %zu%s") \
	PHRASE(book_smoothed, " · smoothed by the sentences around", " · 앞뒤 문장에 비추어 고르게 함")                                              \
	PHRASE(book_arc, "The arc of emotions", "감정의 흐름")                                                                                       \
	PHRASE(book_story, "A story", "이야기")                                                                                                      \
	PHRASE(book_text, "The text", "본문")                                                                                                        \
	PHRASE(book_peak, "highest around sentence %zu, %d %%", "가장 높은 곳: %zu번째 문장 둘레, %d %%")                                            \
	PHRASE(book_axes, "Across: the sentences in their order. Up: the mean probability of the %zu sentences around (the top is %d %%). On the right: how many were read so.", \
	       "가로는 문장의 차례, 세로는 둘레 %zu문장의 평균 확률입니다 (높이 끝은 %d %%). 오른쪽은 그 감정으로 읽힌 문장의 수입니다.")           \
	PHRASE(book_none, " Not found: ", " 없는 감정: ")

/* recommend --html */
#define NCH_SONG_PHRASES(PHRASE)                                                                                                                     \
	PHRASE(song_like_song, "Songs like this one", "이 노래와 닮은 노래")                                                                         \
	PHRASE(song_like_text, "Songs like this text", "이 글 같은 노래")                                                                            \
	PHRASE(song_of_mood, "Songs for this mood", "이런 마음의 노래")                                                                              \
	PHRASE(song_of_genre, "Songs of this genre", "이 장르의 노래")                                                                               \
	PHRASE(song_count, "Of %zu songs %zu · score = %g × genre + %g × lyrics", "%zu곡 가운데 %zu곡 · 점수 = %g × 장르 + %g × 가사")               \
	PHRASE(song_parts, "genre %.2f · lyrics %.2f", "장르 %.2f · 가사 %.2f")                                                                      \
	PHRASE(song_same_artist, "same artist: %.2f", "같은 가수라 %.2f")                                                                            \
	PHRASE(song_shared, "Felt in both: ", "함께 느끼는 것: ")                                                                                    \
	PHRASE(song_nothing_shared, "Nothing is felt in both.", "함께 느끼는 것이 없습니다.")                                                        \
	PHRASE(song_no_lyrics, "Without lyrics its emotions are not known.", "가사가 없어 감정을 모릅니다.")

/* trace --html; the script of the page asks for these by their names */
#define NCH_TRACE_PHRASES(PHRASE)                                                                                                                    \
	PHRASE(trace_title, "Every step of this sentence through the model", "이 문장이 모델을 지나가는 모든 단계")                                  \
	PHRASE(trace_and_back, ", to the loss, and back", ", 손실까지, 그리고 되돌아오기")                                                           \
	PHRASE(trace_gradients, "gradients", "기울기")                                                                                               \
	PHRASE(trace_hide, "hide [CLS] and [SEP]", "[CLS]와 [SEP] 숨기기")                                                                           \
	PHRASE(trace_open, "open all", "모두 펴기")                                                                                                  \
	PHRASE(trace_pieces, "Pieces, by word", "조각, 낱말별로")                                                                                    \
	PHRASE(trace_query, "who looks: ", "보는 쪽: ")                                                                                              \
	PHRASE(trace_key, "at whom: ", "보이는 쪽: ")                                                                                                \
	PHRASE(trace_answer, "Answer", "답")                                                                                                         \
	PHRASE(trace_loss, "loss for {0}: {1}", "손실, 정답 {0}: {1}")                                                                               \
	PHRASE(trace_all_heads, "Attention of all heads (a row a layer)", "모든 헤드의 어텐션 (한 줄이 한 층)")                                      \
	PHRASE(trace_layer, "layer {0}", "층 {0}")                                                                                                   \
	PHRASE(trace_head, "head {0}", "헤드 {0}")                                                                                                   \
	PHRASE(trace_layer_head, "layer {0}, head {1}", "층 {0}, 헤드 {1}")                                                                          \
	PHRASE(trace_chosen_head, "attention of the chosen head", "고른 헤드의 어텐션")                                                              \
	PHRASE(trace_program, "the program: {0}", "프로그램: {0}")                                                                                   \
	PHRASE(trace_agrees, "agrees", "같음")                                                                                                       \
	PHRASE(trace_differs, "differs", "다름")                                                                                                     \
	PHRASE(trace_steps, "Step by step", "한 단계씩")                                                                                             \
	PHRASE(trace_again, "computed anew here, in double, as {0}: {1} values, the largest difference {2}",                                         \
	       "여기서 배정밀도로 다시 계산함 ({0}): 값 {1}개, 가장 큰 차이 {2}")                                                                    \
	PHRASE(trace_columns, "{0} of {1} columns are shown, evenly spaced", "열 {1}개 가운데 {0}개를 고르게 뽑아 보임")                             \
	PHRASE(trace_no_gradient, "it has no gradient", "기울기가 없음")                                                                             \
	PHRASE(trace_row, "row {0}", "행 {0}")                                                                                                       \
	PHRASE(trace_point, "point at a cell, or use the arrow keys", "칸을 가리키거나 화살표 키를 쓰세요")

#define NCH_PHRASES(PHRASE)         \
	NCH_CHAT_PHRASES(PHRASE)    \
	NCH_HELP_PHRASES(PHRASE)    \
	NCH_EXPLAIN_PHRASES(PHRASE) \
	NCH_BOOK_PHRASES(PHRASE)    \
	NCH_SONG_PHRASES(PHRASE)    \
	NCH_TRACE_PHRASES(PHRASE)

typedef enum nch_language { NCH_ENGLISH, NCH_KOREAN, NCH_LANGUAGES } nch_language;

/* NCH_SAY_chat_greeting and so on */
#define NCH_PHRASE_VALUE(name, english, korean) NCH_SAY_##name,
typedef enum nch_phrase { NCH_PHRASES(NCH_PHRASE_VALUE) NCH_PHRASE_COUNT } nch_phrase;

/* The language of a locale such as ko_KR.UTF-8; English unless it is Korean. */
nch_language nch_language_of(const char *locale);
/* "en" or "ko", as HTML's lang wants it. */
const char *nch_language_code(nch_language language);

/* The phrase, and the name that it has in the list; constants, never NULL. */
const char *nch_say(nch_language language, nch_phrase phrase);
const char *nch_phrase_name(nch_phrase phrase);

#endif
