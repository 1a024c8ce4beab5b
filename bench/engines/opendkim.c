/* OpenDKIM's library (Debian: libopendkim-dev), keys from a file: opendkim FOLDER SET COUNT SECONDS */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>
#include <opendkim/dkim.h>

static double spent(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static char *slurp(const char *folder, const char *name, const char *ending, size_t *size) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
  FILE *file = fopen(path, "rb");
  if (file == NULL) { perror(path); exit(2); }
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  char *bytes = malloc(*size + 1);
  if (fread(bytes, 1, *size, file) != *size) exit(2);
  bytes[*size] = 0;
  fclose(file);
  return bytes;
}

static int verify(DKIM_LIB *library, unsigned char *message, size_t length) {
  DKIM_STAT status;
  DKIM *dkim = dkim_verify(library, (const unsigned char *)"bench", NULL, &status);
  dkim_chunk(dkim, message, length);
  dkim_chunk(dkim, NULL, 0);
  bool test = false;
  status = dkim_eom(dkim, &test);
  dkim_free(dkim);
  return status == DKIM_STAT_OK;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  size_t size, index_size;
  char *data = slurp(argv[1], argv[2], "bin", &size);
  char *index = slurp(argv[1], argv[2], "json", &index_size);
  int limit = atoi(argv[3]);
  double seconds = atof(argv[4]);
  DKIM_LIB *library = dkim_init(NULL, NULL);
  dkim_query_t query = DKIM_QUERY_FILE;
  char keys[4096];
  snprintf(keys, sizeof keys, "%s/keys.txt", argv[1]);
  dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_QUERYMETHOD, &query, sizeof query);
  dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_QUERYINFO, keys, strlen(keys));
  long done = 0, good = 0;
  double before = 0;
  for (int phase = 0; phase < 2; phase += 1) {
    before = spent();
    done = good = 0;
    do {
      size_t start = 0;
      int count = 0;
      for (char *at = index + 1; *at != ']' && count < limit; count += 1) {
        size_t length = strtoul(at, &at, 10);
        if (*at == ',') at += 1;
        good += verify(library, (unsigned char *)data + start, length);
        start += length;
        done += 1;
      }
    } while (spent() - before < (phase == 0 ? seconds / 3 : seconds));
  }
  printf("{\"messages\":%ld,\"good\":%ld,\"cpu\":%.0f}\n", done, good, (spent() - before) * 1e6);
  return 0;
}
