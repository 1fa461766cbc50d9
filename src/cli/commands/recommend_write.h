/* recommend_write.h - recommended songs as lines. */
#ifndef NCH_CLI_RECOMMEND_WRITE_H
#define NCH_CLI_RECOMMEND_WRITE_H

#include "apps/recommend.h"
#include "base/buffer.h"

/* {"rank":1,"id":…,"title":…,"artist":…,"genre":[…],"score":…,"similarity":{"genre":…,"lyrics":…}}, a line each. With diversity also "counted".
 * explain adds "why": the shared genres, the song's emotions, and what each emotion adds to the lyrics similarity, the most first. `parts` (labels)
 * is room to work in. */
void nch_recommend_write_jsonl(const nch_songs *songs, const nch_wish *wish, const nch_recommendation *best, size_t count, bool explain,
                               double *parts, nch_buffer *out);

/* rank, id, title, artist, genres, score, genre similarity, lyrics similarity between tabs; explain adds a column "why" for people. */
void nch_recommend_write_tsv(const nch_songs *songs, const nch_wish *wish, const nch_recommendation *best, size_t count, bool explain, double *parts,
                             nch_buffer *out);

#endif
