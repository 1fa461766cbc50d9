/* selection.h - which labels are renamed, left out and thinned while rows are read. Values: whoever reads them out of a text (the program:
 * cli/parse_data.h) knows how people write them. All is borrowed. */
#ifndef NCH_DATA_SELECTION_H
#define NCH_DATA_SELECTION_H

#include <stddef.h>

#include "base/text_list.h"

/* Rows with the label `from` get the label `to`; where two get the same one, they are merged. Both in their clean form (base/name.h). */
typedef struct nch_renaming {
	const char *from, *to;
} nch_renaming;

/* All at once, so that their order is of no matter. No label is renamed twice. */
typedef struct nch_renamings {
	const nch_renaming *items; /* [count] */
	size_t count;
} nch_renamings;

/* At most so many rows of a label stay, `most` from 1; NCH_AS_THE_RAREST: as many as the label has that has fewest. */
typedef struct nch_thinning {
	const char *label; /* as somebody typed it */
	size_t most;
} nch_thinning;

#define NCH_AS_THE_RAREST ((size_t)0)

typedef struct nch_thinnings {
	const nch_thinning *items; /* [count]; done one after the other */
	size_t count;
} nch_thinnings;

#endif
