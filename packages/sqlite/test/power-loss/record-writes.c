// Loaded into a process before the C library: records what it does to the files of one directory, in order, so that a
// test can work out what a disk would hold if the power had failed at any moment.
//   CAIRN_RECORDED_DIRECTORY  the directory
//   CAIRN_RECORD              the file for the record, outside of it
// A line for each operation, and behind a `write` line its bytes:
//   write NAME OFFSET LENGTH | truncate NAME SIZE | sync NAME | create NAME | unlink NAME; the directory itself is "."
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record = -1;

static void put(const void *bytes, size_t length) {
  while (length > 0) {
    long written = syscall(SYS_write, record, bytes, length);
    if (written <= 0) abort();
    bytes = (const char *)bytes + written;
    length -= written;
  }
}

static void note(const void *bytes, size_t length, const char *format, ...) {
  char line[4200];
  va_list given;
  va_start(given, format);
  int size = vsnprintf(line, sizeof line, format, given);
  va_end(given);
  pthread_mutex_lock(&lock);
  if (record < 0)
    record = syscall(SYS_openat, AT_FDCWD, getenv("CAIRN_RECORD"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  put(line, size);
  if (length > 0) put(bytes, length);
  pthread_mutex_unlock(&lock);
}

// The name of a file in the directory; null for any other.
static const char *name_in_directory(const char *path) {
  const char *directory = getenv("CAIRN_RECORDED_DIRECTORY");
  if (directory == NULL || path == NULL) return NULL;
  size_t length = strlen(directory);
  if (strncmp(path, directory, length) != 0) return NULL;
  if (path[length] == 0) return ".";
  return path[length] == '/' ? path + length + 1 : NULL;
}

static const char *name_of(int file, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, 4095);
  if (length < 0) return NULL;
  path[length] = 0;
  return name_in_directory(path);
}

#define ORIGINAL(function) \
  static __typeof__(&function) original; \
  if (original == NULL) original = (__typeof__(&function))dlsym(RTLD_NEXT, #function)

static void wrote(int file, const void *bytes, ssize_t written, off_t offset) {
  char path[4096];
  const char *name = written > 0 ? name_of(file, path) : NULL;
  if (name != NULL) note(bytes, written, "write %s %lld %zd\n", name, (long long)offset, written);
}

ssize_t write(int file, const void *bytes, size_t length) {
  ORIGINAL(write);
  ssize_t written = original(file, bytes, length);
  off_t end = lseek(file, 0, SEEK_CUR);
  if (end >= 0) wrote(file, bytes, written, end - written);
  return written;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
  ORIGINAL(pwrite);
  ssize_t written = original(file, bytes, length, offset);
  wrote(file, bytes, written, offset);
  return written;
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
  ORIGINAL(pwrite64);
  ssize_t written = original(file, bytes, length, offset);
  wrote(file, bytes, written, offset);
  return written;
}

static void truncated(int file, long long size) {
  char path[4096];
  const char *name = name_of(file, path);
  if (name != NULL) note(NULL, 0, "truncate %s %lld\n", name, size);
}

int ftruncate(int file, off_t size) {
  ORIGINAL(ftruncate);
  int result = original(file, size);
  if (result == 0) truncated(file, size);
  return result;
}

int ftruncate64(int file, off64_t size) {
  ORIGINAL(ftruncate64);
  int result = original(file, size);
  if (result == 0) truncated(file, size);
  return result;
}

static void synced(int file) {
  char path[4096];
  const char *name = name_of(file, path);
  if (name != NULL) note(NULL, 0, "sync %s\n", name);
}

int fsync(int file) {
  ORIGINAL(fsync);
  int result = original(file);
  if (result == 0) synced(file);
  return result;
}

int fdatasync(int file) {
  ORIGINAL(fdatasync);
  int result = original(file);
  if (result == 0) synced(file);
  return result;
}

static int is_new(const char *path, int flags) {
  struct stat found;
  return (flags & O_CREAT) != 0 && name_in_directory(path) != NULL && stat(path, &found) != 0;
}

#define OPENING(function) \
  int function(const char *path, int flags, ...) { \
    ORIGINAL(function); \
    va_list given; \
    va_start(given, flags); \
    mode_t mode = va_arg(given, mode_t); \
    va_end(given); \
    int created = is_new(path, flags); \
    int file = original(path, flags, mode); \
    if (file >= 0 && created) note(NULL, 0, "create %s\n", name_in_directory(path)); \
    return file; \
  }

OPENING(open)
OPENING(open64)

int unlink(const char *path) {
  ORIGINAL(unlink);
  int result = original(path);
  const char *name = name_in_directory(path);
  if (result == 0 && name != NULL) note(NULL, 0, "unlink %s\n", name);
  return result;
}
