// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "engine/management/management.h"

namespace millpond::engine {

void hold_liveness(int liveness_fd) {
    struct stat status {};
    if (::fstat(liveness_fd, &status) != 0 ||
        status.st_size < static_cast<off_t>(sizeof(pthread_mutex_t))) {
        throw std::system_error(EINVAL, std::generic_category(),
                                "--millpond-liveness-fd is no liveness page");
    }
    void* page = ::mmap(nullptr, sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE, MAP_SHARED,
                        liveness_fd, 0);
    if (page == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "the liveness page");
    // Mapped and locked for the life of the process: the kernel unlocks it, as EOWNERDEAD.
    const int failure = ::pthread_mutex_trylock(static_cast<pthread_mutex_t*>(page));
    if (failure != 0 && failure != EOWNERDEAD) {
        throw std::system_error(failure, std::generic_category(), "the liveness mutex");
    }
    ::fcntl(liveness_fd, F_SETFD, FD_CLOEXEC);
}

}  // namespace millpond::engine
