/* options.h - the options of a command: declared in a table, read from the command line, from --config files and from recipes.
 *
 *     static const nch_option my_options[] = {
 *         {"epochs", NCH_SET_INTEGER(my_call, epochs), .argument = "N", .help = "passes over the data", .otherwise = "10", .least = 1, .most = 100000},
 *         {0}};
 *
 * A row says where its value goes, a member of a struct; nch_options_take puts the values of a group into a struct. A member of the wrong type does
 * not compile.
 *
 * `--name value` and `--name=value` are the same; a flag takes no value, or =yes and =no. Options and arguments may stand in any order;
 * `--` ends the options. Of an option given twice the last one counts, but a list collects. What the command line
 * says replaces what a configuration file says, and that replaces what a recipe says. */
#ifndef NCH_CLI_OPTIONS_H
#define NCH_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "base/text_list.h"

typedef enum nch_option_kind {
	NCH_OPTION_FLAG,
	NCH_OPTION_TEXT,
	NCH_OPTION_LIST, /* text; may be repeated */
	NCH_OPTION_INTEGER,
	NCH_OPTION_REAL,
	NCH_OPTION_CHOICE
} nch_option_kind;

/* What an option does to the bits that a run of training leaves (nch_options_values). Nothing said: its value belongs to what the run is. */
typedef enum nch_option_effect {
	NCH_BY_VALUE,  /* with another value it is another run */
	NCH_BY_WHAT_IT_BRINGS, /* what counts is what comes of it: a file's rows, the product of two options; train/run_identity.h looks at that */
	NCH_NO_EFFECT  /* it can change no bit: threads, places, how often something is saved */
} nch_option_effect;

/* What kind of variable an option's value goes to. */
typedef enum nch_option_type {
	NCH_TO_NOTHING, /* --help, which the reading itself obeys */
	NCH_TO_BOOL,
	NCH_TO_TEXT,
	NCH_TO_LIST,
	NCH_TO_INT,
	NCH_TO_UNSIGNED,
	NCH_TO_LONG,
	NCH_TO_UNSIGNED_LONG,
	NCH_TO_LONG_LONG,
	NCH_TO_UNSIGNED_LONG_LONG,
	NCH_TO_FLOAT,
	NCH_TO_DOUBLE,
	NCH_TO_PARSED
} nch_option_type;

struct nch_option;
/* Reads a text into the variable: a value that is more than a number or a word. What it needs to keep goes into the arena, which lives as long as the
 * options. NCH_USAGE with a text (nch_option_refuse makes one) where the text is wrong. */
typedef nch_status nch_option_parse(const struct nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error);

/* With this value of another option (`decider` below) the value of one that nobody has given is `otherwise`. */
typedef struct nch_option_otherwise {
	const char *value, *otherwise;
} nch_option_otherwise;

typedef struct nch_option {
	const char *name; /* without the dashes; NULL ends a table */
	nch_option_kind kind;
	const char *argument;  /* "FILE", for the help; NULL for flags and choices */
	const char *help;      /* one line or, broken by \n, several */
	const char *otherwise; /* the value if it is not given; NULL: none */
	const char *decider;   /* an option whose value may decide what it is instead; NULL: none */
	const nch_option_otherwise *decided; /* by which values what it is; a value of NULL ends them */
	double least, most;    /* INTEGER, REAL: the range, both ends included (both 0: any number) */
	bool above_least;      /* `least` itself is not in the range */
	const char *choices;   /* CHOICE: "adamw|adam|sgd" */
	bool required;
	const char *rival; /* an option that answers the same question in another way ("test", "test-split"): what the user says
	                      of one of the two silences what a file says of the other */
	nch_option_effect effect;
	/* where the value goes; the macros below fill this in */
	nch_option_type type;
	size_t to;               /* of the variable in its struct */
	size_t given;            /* 1 + that of a bool which becomes true if somebody gave the option; 0: none */
	const char *word;        /* BOOL of a CHOICE: the word that makes it true */
	nch_option_parse *parse; /* PARSED */
} nch_option;

/* The variables of rows: member `m` of struct `T`, whose type is checked. An option that nobody has given, and whose row has no value for that,
 * leaves its variable as it is. */
#define NCH_MEMBER(T, m) (((T *)0)->m)
#define NCH_SET_FLAG(T, m) .kind = NCH_OPTION_FLAG, .to = offsetof(T, m), .type = _Generic(NCH_MEMBER(T, m), bool: NCH_TO_BOOL)
#define NCH_SET_TEXT(T, m) .kind = NCH_OPTION_TEXT, .to = offsetof(T, m), .type = _Generic(NCH_MEMBER(T, m), const char *: NCH_TO_TEXT)
#define NCH_SET_LIST(T, m) .kind = NCH_OPTION_LIST, .to = offsetof(T, m), .type = _Generic(NCH_MEMBER(T, m), nch_text_list: NCH_TO_LIST)
#define NCH_SET_INTEGER(T, m) .kind = NCH_OPTION_INTEGER, .to = offsetof(T, m), .type = _Generic(NCH_MEMBER(T, m), int: NCH_TO_INT, unsigned: NCH_TO_UNSIGNED, \
	long: NCH_TO_LONG, unsigned long: NCH_TO_UNSIGNED_LONG, long long: NCH_TO_LONG_LONG, unsigned long long: NCH_TO_UNSIGNED_LONG_LONG)
#define NCH_SET_REAL(T, m) .kind = NCH_OPTION_REAL, .to = offsetof(T, m), .type = _Generic(NCH_MEMBER(T, m), float: NCH_TO_FLOAT, double: NCH_TO_DOUBLE)
/* The place of the word among the choices, from 0, in an enum whose values stand in the same order; or the word itself. */
#define NCH_SET_CHOICE(T, m) .kind = NCH_OPTION_CHOICE, .to = offsetof(T, m), .type = _Generic(NCH_MEMBER(T, m), int: NCH_TO_INT, unsigned: NCH_TO_UNSIGNED, \
	const char *: NCH_TO_TEXT)
/* Whether it is this word. */
#define NCH_SET_WHETHER(T, m, the_word) .kind = NCH_OPTION_CHOICE, .to = offsetof(T, m), .type = _Generic(NCH_MEMBER(T, m), bool: NCH_TO_BOOL), .word = the_word
/* What a function makes of the text, or of the choice. */
#define NCH_SET_PARSED(T, m, function) .kind = NCH_OPTION_TEXT, .to = offsetof(T, m), .type = NCH_TO_PARSED, .parse = function
#define NCH_SET_PARSED_CHOICE(T, m, function) .kind = NCH_OPTION_CHOICE, .to = offsetof(T, m), .type = NCH_TO_PARSED, .parse = function
/* What a function makes of each text, one after the other. */
#define NCH_SET_PARSED_LIST(T, m, function) .kind = NCH_OPTION_LIST, .to = offsetof(T, m), .type = NCH_TO_PARSED, .parse = function
/* What a function makes of it, for several members of the struct that it is given. */
#define NCH_SET_BY(function) .kind = NCH_OPTION_TEXT, .type = NCH_TO_PARSED, .parse = function
#define NCH_SET_BY_CHOICE(function) .kind = NCH_OPTION_CHOICE, .type = NCH_TO_PARSED, .parse = function
/* A second variable, which tells whether the option was given at all. */
#define NCH_GIVEN(T, m) .given = offsetof(T, m) + _Generic(NCH_MEMBER(T, m), bool: 1)

/* Options that belong together, under a heading of the help text. */
typedef struct nch_option_group {
	const char *title;
	const nch_option *options; /* ends with a name of NULL */
} nch_option_group;

struct nch_command;
typedef struct nch_options nch_options;

/* Reads argv[0 .. argc) (what follows the command's name). NCH_USAGE with a text that names the nearest option where one is
 * unknown, a value is wrong or something is missing. `--help` anywhere ends the reading and sets *help. Everything returned
 * by the functions below lives as long as *options; release with nch_options_free. */
nch_status nch_options_parse(const struct nch_command *command, int argc, char **argv, nch_options **options, bool *help,
                             nch_error *error);
void nch_options_free(nch_options *options); /* NULL is allowed */

/* Who said what an option is; a later one of the list has the last word. */
typedef enum nch_option_source {
	NCH_FROM_NOBODY, /* the table's own value */
	NCH_FROM_RECIPE,
	NCH_FROM_CONFIG,
	NCH_FROM_LINE
} nch_option_source;

/* Reads a configuration file (NCH_FROM_CONFIG) or a recipe (NCH_FROM_RECIPE): lines `name = value`, `#` comments, "quotes" around
 * values that need them; lines below `[name = value]` hold where that option, whose value is a word, has that one, said by a stronger source or
 * above. Neither can name a further file, but a configuration file may name a recipe. */
nch_status nch_options_read_config(nch_options *options, const char *path, nch_option_source source, nch_error *error);

/* Reads a recipe: a file if it has a '/' or ends in .conf, else the one of that name inside the program (recipe.h). */
nch_status nch_options_read_recipe(nch_options *options, const char *name, nch_error *error);

/* Puts the values of a group's options into their variables in *into, a struct of the type that the group's rows name. NCH_USAGE where a text cannot
 * be parsed. */
nch_status nch_options_take(const nch_options *options, const nch_option_group *group, void *into, nch_error *error);

/* "--NAME TEXT: why", NCH_USAGE: for functions that parse. */
nch_status nch_option_refuse(const nch_option *option, const char *text, nch_error *error, const char *format, ...) NCH_PRINTF(4, 5);

/* The call as it was typed, "nunchi train --train …", with the quotes that a shell needs. */
void nch_options_command_line(const nch_options *options, nch_buffer *out);

/* The same without some options (their names; NULL ends them): what is to be called again, with other ones added. */
void nch_options_command_without(const nch_options *options, const char *const *without, nch_buffer *out);

/* What the options are, whoever said so, as far as it can change a bit of what a run leaves: a line "--name value" for each that has a value and
 * counts by it, in the order of the tables. The first half of a run's identity (train/run_identity.h); every option is in it unless its table says
 * otherwise, so that a new one cannot be forgotten. */
void nch_options_values(const nch_options *options, nch_buffer *out);

/* A copy of the options, for commands that run themselves with other values; release it before the original, whose texts it borrows. */
nch_status nch_options_copy(const nch_options *options, nch_options **copy, nch_error *error);
/* Sets an option as if the command line said so. Lists cannot be set. */
nch_status nch_options_override(nch_options *options, const char *name, const char *value, nch_error *error);

/* What is not an option. */
size_t nch_options_argument_count(const nch_options *options);
const char *nch_options_argument(const nch_options *options, size_t index); /* NULL if there are not that many */

#endif
