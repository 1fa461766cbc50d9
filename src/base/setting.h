/* setting.h - how texts for people call a setting.
 *
 * A library does not know by what name its user sets what is wrong: it writes ⟨max-len⟩. The program spells that --max-len; who calls the library and
 * says nothing sees max-len. nch_fail spells its texts; who makes others calls nch_setting_spell. */
#ifndef NCH_BASE_SETTING_H
#define NCH_BASE_SETTING_H

/* What stands before a setting's name from now on: "--", or "" as in the beginning. At most 6 bytes, which are borrowed. To be called once, before
 * anything else. */
void nch_setting_sign(const char *sign);

/* Spells the settings in a text, in place: it never becomes longer. */
void nch_setting_spell(char *text);

#endif
