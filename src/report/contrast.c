/* contrast.c - counting sets. */
#include "report/contrast.h"

#include "base/json.h"
#include "base/memory.h"

nch_status nch_contrast_make(const nch_dataset *data, const bool *right, nch_contrast *c, nch_error *error)
{
	size_t groups = data->groups.count;
	size_t *rows = nch_alloc(groups, sizeof *rows), *hits = nch_alloc(groups, sizeof *hits);
	*c = (nch_contrast){0};
	if (rows == NULL || hits == NULL) {
		nch_free(rows);
		nch_free(hits);
		return nch_no_memory(error);
	}
	for (size_t i = 0; i < data->rows; i++) {
		rows[data->row[i].group]++;
		hits[data->row[i].group] += right[i];
	}
	for (size_t g = 0; g < groups; g++) {
		c->sets += rows[g] > 1;
		c->whole += rows[g] > 1 && hits[g] == rows[g];
	}
	for (size_t g = 0; g < groups; g++)
		hits[g] = 0; /* now: whether the set's original was seen */
	for (size_t i = 0; i < data->rows; i++) {
		size_t g = (size_t)data->row[i].group;
		if (rows[g] < 2)
			continue;
		c->originals_right += hits[g] == 0 && right[i];
		c->changed += hits[g] > 0;
		c->changed_right += hits[g] > 0 && right[i];
		hits[g] = 1;
	}
	nch_free(rows);
	nch_free(hits);
	return c->sets > 0 ? NCH_OK : nch_fail(error, NCH_DATA, "⟨contrast⟩: no two rows have the same value in that column, so there are no sets");
}

static double share(size_t part, size_t all) { return (double)part / (double)all; }

void nch_contrast_text(const nch_contrast *c, const char *column, nch_buffer *out)
{
	nch_buffer_printf(out, "contrast sets (%s): originals %.4f, changed %.4f, wholly right %.4f of %zu\n", column, share(c->originals_right, c->sets),
	                  share(c->changed_right, c->changed), share(c->whole, c->sets), c->sets);
}

void nch_contrast_json(const nch_contrast *c, nch_buffer *out)
{
	nch_buffer_printf(out, "{\"sets\":%zu,\"originals\":", c->sets);
	nch_json_write_double(out, share(c->originals_right, c->sets));
	nch_buffer_text(out, ",\"changed\":");
	nch_json_write_double(out, share(c->changed_right, c->changed));
	nch_buffer_text(out, ",\"whole\":");
	nch_json_write_double(out, share(c->whole, c->sets));
	nch_buffer_byte(out, '}');
}
