/* cmd_tokenizer_info.c - `nunchi tokenizer info`: what a tokenizer file holds. */
#include <string.h>

#include "base/utf8.h"
#include "cli/command.h"
#include "cli/output.h"
#include "tokenizer/tokenizer.h"

static void print_special(const nch_tokenizer *tokenizer, const char *what, int32_t id)
{
	if (id >= 0)
		nch_output_printf("  %-12s %d %s\n", what, (int)id, nch_tokenizer_piece(tokenizer, id));
}

/* Lengths of the pieces, and how many of them hold Hangul: what a vocabulary is made for. */
static void print_pieces(const nch_tokenizer *tokenizer)
{
	size_t longest = 0, characters = 0, hangul = 0, size = nch_tokenizer_size(tokenizer);
	const char *longest_piece = "";
	for (size_t id = 0; id < size; id++) {
		const char *piece = nch_tokenizer_piece(tokenizer, (int32_t)id);
		if (piece == NULL) /* a gap between added tokens */
			continue;
		size_t length = strlen(piece), count = nch_utf8_count(piece, length);
		bool has_hangul = false;
		for (size_t at = 0; at < length;) {
			uint32_t c;
			at += nch_utf8_decode(piece + at, length - at, &c);
			has_hangul = has_hangul || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x1100 && c <= 0x11FF) ||
			             (c >= 0x3131 && c <= 0x318E);
		}
		characters += count;
		hangul += has_hangul;
		if (count > longest) {
			longest = count;
			longest_piece = piece;
		}
	}
	nch_output_printf("  %-12s %zu (%.1f %%)\n", "with Hangul", hangul, size > 0 ? 100.0 * (double)hangul / (double)size : 0);
	nch_output_printf("  %-12s %.2f characters\n", "mean length", size > 0 ? (double)characters / (double)size : 0);
	nch_output_printf("  %-12s %zu characters: %s\n", "longest", longest, longest_piece);
}

static nch_status run_info(const nch_options *options, nch_error *error)
{
	const char *path = nch_options_argument(options, 0);
	if (path == NULL)
		return nch_fail(error, NCH_USAGE, "tokenizer info needs a file or a folder: nunchi tokenizer info FILE");
	nch_tokenizer *tokenizer;
	NCH_TRY(nch_tokenizer_load(path, &tokenizer, error));
	nch_specials specials = nch_tokenizer_specials(tokenizer);
	nch_output_printf("%s\n  %-12s %s\n  %-12s %zu\n", path, "kind", nch_tokenizer_kind(tokenizer), "pieces",
	                  nch_tokenizer_size(tokenizer));
	print_special(tokenizer, "unknown", specials.unk);
	print_special(tokenizer, "padding", specials.pad);
	print_special(tokenizer, "start", specials.cls);
	print_special(tokenizer, "separator", specials.sep);
	print_special(tokenizer, "mask", specials.mask);
	print_pieces(tokenizer);
	nch_tokenizer_free(tokenizer);
	return NCH_OK;
}

const nch_command nch_command_tokenizer_info = {
	.name = "tokenizer info",
	.summary = "what a tokenizer's file holds",
	.usage = "FILE|DIR",
	.most_arguments = 1,
	.run = run_info,
};
