/* sentence_rules.c - the rules of sentence splitting: endings, words that follow, abbreviations, and the table that decides.
 *
 * To teach it an ending, write it into the list of its stem; tests/unit/sentences_test.c is the place for an example. */
#include "text/sentence_rules.h"

/* --- endings --- */

#define FINAL NCH_STEM_FINAL
#define WEAK NCH_STEM_WEAK
#define OPEN NCH_STEM_OPEN
#define PLAIN NCH_STEM_PLAIN

const nch_ending_rule nch_ending_rules[] = {
	/* Formal style (합쇼체): nothing else ends like this. */
	{"ㅂ니다 ㅂ니당 ㅂ니다요 ㅂ니까 ㅂ네다 ㅂ디다 ㅂ디까 ㅂ시다 ㅂ시당 ㅂ쇼 십시오 십시요 십쇼 읍니다 슴다 슴니다 함다 임다 됨다", FINAL, NCH_DA},

	/* Polite style (해요체): few other words end in 요. */
	{"+요 +죠", FINAL, NCH_YO},
	/* … the same as people write it to be nice … */
	{"아용 어용 해용 네용 세용 에용 예용 지용 데용 게용 께용 까용 나용 봐용 와용 돼용 대용 래용 고용 구용 든용 죵 해여 세여 네여 에여 예여 어여 아여 데여 대여 게여 께여 까여 나여 "
	 "구여 든여 어염 아염 해염 네염 세염 에염 예염 어욤 아욤 해욤 네욤 세욤 에욤 예욤 세영 에영 예영 해영 네영 어영",
	 FINAL, NCH_YO},
	/* … but it is a particle behind other words (저는요), or part of a noun (필요). */
	{"은요 는요 면요 =제가요 =저도요 =근데요 =그런데요 =그래서요 =그리고요 =그러니까요 =저기요", OPEN, NCH_YO},
	{"=아니요", WEAK, NCH_YO},
	{"필요 =중요 =주요 =개요 =수요 =소요 =강요 =고요 =동요 =민요 =토요 =일요 =노래요 가요계 =대여 =어여 =대용 =고용 =적용 =사용", PLAIN, NCH_YO},

	/* Plain style (해라체). 다 closes behind ㅆ ㄴ and the stems of adjectives; 모두 다, 바다, 날마다, 나보다 and the connective 다(가) don't. */
	{"ㅆ다 ㄴ다 는다 이다 아니다 없다 많다 않다 싫다 옳다 좋다 같다 깊다 높다 싶다 짙다 넓다 짧다 얇다 밝다 맑다 붉다 굵다 늙다 젊다 낮다 늦다 맞다 적다 작다 낫다 크다 하다 되다 "
	 "나쁘다 아프다 바쁘다 기쁘다 슬프다 예쁘다 고프다 가쁘다 빠르다 다르다 바르다 푸르다 서투르다 비싸다 세다 시다 희다 힘들다 길다 멀다 졸리다 흐리다 느리다 어리다 시리다 쓰리다 드물다 둥글다 "
	 "답다 럽다 롭다 렵다 쉽다 춥다 덥다 맵다 밉다 깝다 맙다 섭다 습다 겹다 볍다 겁다 껍다 둡다 괜찮다 귀찮다 점잖다 하얗다 빨갛다 파랗다 노랗다 까맣다 렇다",
	 FINAL, NCH_DA},
	{"ㄴ단다 는단다 ㅆ단다 란다 ㄴ답니다", FINAL, NCH_DA},
	{"=하다 =되다 =시다 =이다", WEAK, NCH_DA}, /* 빨래를 하다 쓰러졌다 */
	{"다 =사이다 =라이다 =하다하다 =판다 =혼다 =린다 =우간다 =베란다 =르완다 =란다", PLAIN, NCH_DA},

	/* Exclamations and soft statements. */
	{"는구나 ㅆ구나 겠구나 로구나 이구나 하구나 좋구나 같구나 많구나 없구나 쁘구나 프구나 렇구나 맞구나 는군 ㅆ군 겠군 이군 하군 로군 없군 같군 많군 좋군 렇군 쁘군 "
	 "구먼 는구만 ㅆ구만 겠구만 이구만 하구만 렇구만 없구만 같구만 많구만 좋구만 는구려 ㅆ구려 하구려 이구려",
	 FINAL, NCH_EO},
	{"ㅆ네 겠네 없네 같네 하네 이네 되네 좋네 많네 렇네 싶네 않네 아니네 쁘네 프네 ㅆ넹 겠넹 없넹 같넹 하넹 좋넹", FINAL, NCH_EO},
	{"더라 더라고 더라구 드라 드라고 드라구 더구나 더군 더만 거든 거덩 걸랑 잖아 잖니 잖냐", FINAL, NCH_EO},
	{"네 넹 자나 =더구나 군 구나", WEAK, NCH_EO},
	{"동네 =우리네 =얘네 =걔네 =쟤네 =너네 =누구나 =하더라", PLAIN, NCH_EO},

	/* Intimate style (해체): 어 behind a past or future tense can't be the connective. */
	{"ㅆ어 ㅆ엉 ㅆ오 ㅆ대 는대 ㅆ니 ㅆ냐 없냐 하냐 ㅆ디 ㅆ노라 ㅆ도다 ㅆ으리 ㅆ으랴 으리라 하리라 =싫어 =좋아 거야 꺼야 것이야 뭐야 아니야 아냐 "
	 "하렴 으렴 보렴 가렴 오렴 주렴 으려무나 하려무나 거라 너라 자꾸나 시오 하오 이오 ㅆ소 없소 옵소서 소서",
	 FINAL, NCH_EO},
	{"ㅆ지 ㅆ쥐", FINAL, NCH_JI},
	{"=있어 =없어 +있어 +없어 계셔 =너라 해 돼 봐 줘 와 워 져 려 아 어 여 야 라 마 을게 ㄹ게 을께 ㄹ께 을래 ㄹ래 을걸 ㄹ걸 는걸 던걸 ㄴ걸 ㄴ대 으래 냐 니 다니 라니 다며 라며 다는 라는 "
	 "다던 라던 ㅆ던 기 남 ㄴ감 는감",
	 WEAK, NCH_EO},
	{"는거라 ㄴ거라 ㄹ거라 을거라 =거라", WEAK, NCH_DA}, /* 올 거라 했다, 올 거라 기다렸다; in Gyeongsang also an end */
	{"가자 하자 보자 먹자 오자 놀자 떠나자", WEAK, NCH_EO},
	{"지 =있지 =없지", WEAK, NCH_JI},
	{"을까 ㄹ까 으까 ㅆ나 ㅆ노 긋나 긋노 하노 없노", FINAL, NCH_KKA},
	{"있나 없나 하나 나 는가 ㄴ가 은가 던가", WEAK, NCH_KKA},
	/* Nouns and adverbs that end like these. */
	{"=그래 =이래 =저래 =몰래 =원래 =본래 =빨래 노래 =아래 =나래 =언제나 =어디나 =하나 =혹시나 =역시나 =너나 =거나 =나 까지 =가지 가지 =아니 어머니 할머니 주머니 =언니 =그러니 "
	 "=나라 =우리나라 =엄마 =이마 =얼마 =하마 =아마 =고구마 =때마 여기 저기 거기 자기 아기 이야기 고기 일기 감기 경기 인기 분위기 크기 "
	 "바지 아버지 할아버지 강아지 돼지 편지 먼지 반지 휴지 잡지 =단지 이미지 페이지 메시지 소시지 홈페이지 패키지 =천지 =대해 =이해 피해 =오해 =올해 =지난해 =견해 =새해 =동해 =해 "
	 "=매우 친군 장군 =군 =절대 =기대 =현대 =근대 =한대 =그다지",
	 PLAIN, 0},

	/* Sentences that are closed by a noun form, as notes and diaries do. */
	{"ㅆ음 겠음 없음 같음 않음 많음 좋음 싶음 높음 낮음 아님 모름 싫음 적음 맞음 렇음 ㅆ슴 없슴 것임 거임 중임 뿐임 편임 때문임 상태임 예정임 수준임 정도임 됨 말함 못함 안함 필요함 가능함 불가능함 "
	 "중요함 좋아함 싫어함 생각함 해야함 추천함 궁금함 하삼 되삼 주삼 보삼 오삼 ㅆ삼",
	 FINAL, NCH_EO},
	{"함 임 음", WEAK, NCH_EO},
	{"=함 =임 모임 책임 게임 담임 선임 타임 프레임 처음 다음 마음 얼음 젊음 웃음 울음 믿음 죽음 걸음 소음 녹음 발음 포함 명함 결함 =사람됨 보관함 =음", PLAIN, 0},

	/* Dialects: Gyeongsang; Jeolla, Chungcheong, Gangwon; Jeju and the North. */
	{"심더 심니더 ㅂ니더 십니더 니더 ㅆ데이 한데이 간데이 온데이 본데이 는데이 니데이 다이가 다아이가 ㅆ제 없제 맞제 하제 되제 보제 가제 오제 카제 좋제 ㅆ재 없재 하재 긋제 긋재 ㄴ기라 는기라 ㄹ기라 을기라 ㄴ끼라 ㄹ끼라 을끼라 "
	 "라예 네예 지예 해예 어예 카더라 붓지",
	 FINAL, NCH_DA},
	{"당께 랑께 냐니께 ㅆ당 니당 는당 한당 간당 못혀 안혀 잘혀 =혀 =겨 =겨유 는겨 ㄴ겨 ㄹ겨 을겨 햐 거여 것이여 뭐여 아녀 아유 어유 해유 네유 워유 와유 에유 세유 데유 래유 게유 거유 까유 나유 구유 구먼유 구만유 슈 쥬 "
	 "갑소 잖여 부러 ㅆ잉 쓰까 ㅆ지라",
	 FINAL, NCH_YO},
	{"ㅆ수다 쑤다 쿠다 마씸 마씀 수과 수꽈 ㅆ져 ㅆ쪄 시라요 라우 ㅆ수 ㅆ시유", FINAL, NCH_YO},
	{"=아유 =이유 =여유 =공유 =소유 =우유 =자유 =경유 =고유 =치유 =구유 =햐 =슈 =이제 =언제 =어제 =부러 =일부러 =아예", PLAIN, 0},

	/* Connectives and particles: what follows belongs to the same sentence, also behind dots or an emoticon. */
	{"며 면서 지만 는데 ㄴ데 은데 던데 텐데 건데 으나 ㄴ디 는디 서 어서 아서 해서 라서 니까 으니 니깐 니께 응께 면 려고 려구 도록 게 거나 든지 던지 다가 자마자 수록 ㄴ지 는지 은지 을지 ㄹ지 느라 느라고 러 아도 어도 해도 "
	 "므로 더니 길래 기에 고서 든가 채 만큼 때문에 위해 통해 대해 인해 따라 어야 아야 여야 해야 워야 와야 봐야 돼야 져야 려야 가야 나야 사야 자야 서야 타야 켜야 이라야",
	 OPEN, 0},
	{"은 는 +이 가 을 를 에 에서 에게 +께 +의 +로 으로 +와 +과 +랑 이랑 +도 +만 부터 처럼 조차 밖에 한테 보다 마다 하고 이나 라도 한 +할 된 +될 던 +인", OPEN, 0},
	{"=그리고 =그런데 =근데 =그러나 =그래서 =하지만 =그래도 =그러니까 =그러면 =그럼 =그러므로 =따라서 =또 =또한 =즉 =혹은 =또는 =만약 =왜냐하면 =왜냐면 =다만 =물론 =사실 =솔직히 =아무튼 =어쨌든 =암튼 "
	 "=글쎄 =아 =어 =오 =와 =우와 =헐 =헉 =에이 =저 =그 =뭐 =막 =응 =네 =예 =아우 =아이고 =자",
	 OPEN, 0},
	{NULL, PLAIN, 0},
};

/* --- what follows --- */

const nch_next_rule nch_next_rules[] = {
	/* Words of quoting, and particles that stand apart from what they quote: "간다" 라고, 간다 는. */
	{"라고 라는 라며 라면서 라던 라든 라니까 라길래 이라고 이라는 이라며 이라면서 이라던 이란 =란 =라 =고 =는 =를 =을 =가 =도 =만 =의 =에 =로 =며 =와 =과 =등 등의 등을 등이 등등 등에 등으로", NCH_ANY | NCH_QUOTE},
	{"=하고 하며 하면서 하는_것 하는_게 하는_말 하는_생각 하는_소리 하는_마음 하던_말 =하니 하니까 하더니 하길래 =하면 =하면은 하더라 하더군 하던데 하는데", NCH_ANY | NCH_QUOTE},
	{"하고_싶 하고_있 하고_나", NCH_NOTHING},
	{"한다 하는_거 하네 해서 한들 할_정도 했다가 하다가", NCH_DA},

	/* After -다: -다 보니, -다 말고, -다 못해, -다 뿐이지, 왔다 갔다. */
	{"보니 보면 =보이 말고 말다 말았 마는 못해 못한 싶 치고 치더라도 치자 쳐도 =뿐 뿐만 뿐이 뿐인 갔 왔 와서 =남은 때문 카는 카더 칸다 라카 안_한 안_하 안_카 더라도 손_치 해도 "
	 "생각하 생각했 생각합 생각해 생각한 생각되 생각됩 생각됐 생각이_들 생각은_들 생각이_드", NCH_DA},
	/* After -지: 하지 않다, 가지 말자. */
	{"않 못 말아 말자 말라 마라 마세 마시 말_것 안_않 아니하 아니한 모르겠 모르는 알 뭐야", NCH_JI},
	/* After a question in the mind: 갈까 하다, 올까 봐, 되나 싶다, 했나 보다. */
	{"봐 보다 보네 보군 봅니 보아 하다 하는 하여 했 해 말까 생각 고민 걱정 두려 무서 궁금 의문 의심 모르 몰라 조마 망설", NCH_KKA},
	{"그랬 그래도_되 좋겠", NCH_EO}, /* 갔음 좋겠다 */

	/* What opens a sentence. */
	{"그리고 그런데 근데 그러나 그래서 그러니 그러면 그럼 그래도 하지만 그렇지만 그러므로 따라서 또한 왜냐 다만 물론 사실_ 솔직히 아무튼 어쨌든 암튼 그치만 하긴 게다가 더구나 심지어 결국 역시 일단 우선 먼저 마지막으로 참고로 "
	 "첫째 둘째 셋째 안녕하 오늘은 어제는 내일은 저는 나는 저희 제가 이건 그건 저건 다음은 이번에 이번엔 이번_ 혹시 아_ 와_ 헐_ 우와 드디어 그나저나 반면 한편 예를_들",
	 0},
	{NULL, 0},
};

/* --- full stops that end nothing --- */

const char *const nch_abbreviations = "mr mrs ms dr prof inc ltd co corp vs etc no nos vol pp p st jr sr cf ed eds al fig e.g i.e a.m p.m am pm approx dept est u.s u.k ph.d feat ft ver";
const char *const nch_list_letters = "가 나 다 라 마 바 사 아 자 차 카 타 파 하";
const char *const nch_remarks = "출처 사진 자료 참고 참조 그림 이미지 영상 계속 끝 주의 물론 웃음 박수";

/* --- the table that decides --- */

const nch_gap_rule nch_gap_rules[NCH_TAILS][NCH_STEMS] = {
	/*                      any    opener: before a word that opens a sentence */
	[NCH_TAIL_NONE] = {
		[PLAIN] = {false, false},
		[FINAL] = {true, true},
		[WEAK] = {false, true},
		[OPEN] = {false, false},
	},
	[NCH_TAIL_COMMA] = {
		[PLAIN] = {false, false},
		[FINAL] = {false, false},
		[WEAK] = {false, false},
		[OPEN] = {false, false},
	},
	[NCH_TAIL_STOP] = {
		[PLAIN] = {true, true},
		[FINAL] = {true, true},
		[WEAK] = {true, true},
		[OPEN] = {true, true},
	},
	[NCH_TAIL_QUESTION] = {
		[PLAIN] = {true, true},
		[FINAL] = {true, true},
		[WEAK] = {true, true},
		[OPEN] = {true, true},
	},
	[NCH_TAIL_DOTS] = {
		[PLAIN] = {true, true},
		[FINAL] = {true, true},
		[WEAK] = {true, true},
		[OPEN] = {false, true},
	},
	[NCH_TAIL_EMOTICON] = {
		[PLAIN] = {false, true},
		[FINAL] = {true, true},
		[WEAK] = {true, true},
		[OPEN] = {false, false},
	},
	[NCH_TAIL_QUOTED] = {
		[PLAIN] = {true, true},
		[FINAL] = {true, true},
		[WEAK] = {true, true},
		[OPEN] = {true, true},
	},
};
