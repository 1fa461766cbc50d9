/* version.h - what `nunchi --version` says and what saved models carry. */
#ifndef NCH_BASE_VERSION_H
#define NCH_BASE_VERSION_H

#define NCH_VERSION "0.1.0"

#endif
