// Not a test: a libvulkan.so.1 before the real one, whose queue reports a lost device (VK_ERROR_DEVICE_LOST) while a file is there, and
// does not return while another one is. software-gpu.ts compiles it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void (*function)(void);
typedef function (*find)(void *, const char *);
typedef int (*submit)(void *, unsigned, const void *, void *);

static find find_of_instance, find_of_device;
static submit real_submit, real_submit2;

static int exists(const char *variable) {
  const char *file = getenv(variable);
  return file && access(file, F_OK) == 0;
}

static int submit_or_lose(submit real, void *queue, unsigned count, const void *infos, void *fence) {
  while (exists("TEST_HANG_GPU")) usleep(100000);
  return exists("TEST_LOSE_GPU") ? -4 : real(queue, count, infos, fence);
}
static int my_submit(void *queue, unsigned count, const void *infos, void *fence) {
  return submit_or_lose(real_submit, queue, count, infos, fence);
}
static int my_submit2(void *queue, unsigned count, const void *infos, void *fence) {
  return submit_or_lose(real_submit2, queue, count, infos, fence);
}

static function replace(const char *name, function real) {
  if (real && !strcmp(name, "vkQueueSubmit")) return real_submit = (submit)real, (function)my_submit;
  if (real && (!strcmp(name, "vkQueueSubmit2") || !strcmp(name, "vkQueueSubmit2KHR")))
    return real_submit2 = (submit)real, (function)my_submit2;
  return real;
}

static function my_find_of_device(void *device, const char *name) { return replace(name, find_of_device(device, name)); }

function vkGetInstanceProcAddr(void *instance, const char *name) {
  if (!find_of_instance) {
    void *vulkan = dlopen(getenv("TEST_REAL_VULKAN"), RTLD_NOW | RTLD_LOCAL);
    find_of_instance = (find)dlsym(vulkan, "vkGetInstanceProcAddr");
  }
  function real = find_of_instance(instance, name);
  if (!real || strcmp(name, "vkGetDeviceProcAddr")) return replace(name, real);
  find_of_device = (find)real;
  return (function)my_find_of_device;
}
