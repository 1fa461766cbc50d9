/* choice.h - an enum whose values have names is one list: a macro LIST(ROW) with a row ROW(VALUE, "name", more) each. What the enum, the table of
 * names and an option's choices need is made from it, so that a value that is added is added everywhere. */
#ifndef NCH_BASE_CHOICE_H
#define NCH_BASE_CHOICE_H

#define NCH_CHOICE_VALUE(value, ...) value,
#define NCH_CHOICE_TEXT(value, name, ...) "|" name

/* "name|name|…", in the order of the enum. */
#define NCH_CHOICES(LIST) (&("" LIST(NCH_CHOICE_TEXT))[1])

#endif
