/* Made by cp949.py with Python 3.11.7. */
static const char golden_cp949_decode[] = "970fbab387930cd374f251838f8b8b6a7c1d0c0147fdd8d2390ba24444376b0b";
static const char golden_cp949_encode[] = "9f6c815f5ab6e0689b0af4e542e6231239961ee84144fb24e95382fb04144a9e";
