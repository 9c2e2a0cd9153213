// SPDX-License-Identifier: Apache-2.0
//
// A management connection's bytes and descriptors: non-blocking, over a unix socket. Management
// thread only. Private to this folder.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace millpond::engine {

/// An owned descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { reset(); }

    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }
    int release();
    void reset();

private:
    int fd_ = -1;
};

class ManagementSocket {
public:
    static constexpr std::size_t kDescriptorsMax = 64;
    static constexpr std::size_t kOutputBytesMax = 8u << 20;

    explicit ManagementSocket(Descriptor fd) : fd_(std::move(fd)) {}

    int fd() const { return fd_.get(); }

    /// Reads what is there. False when the peer is gone.
    bool receive(std::string& bytes);
    /// The oldest descriptor received and not yet taken; invalid when there is none.
    Descriptor take_descriptor();

    /// Descriptors travel with the first byte.
    void queue(std::string bytes, std::vector<Descriptor> descriptors = {});
    /// Writes what it can. False when the peer is gone, or reads too slowly.
    bool flush();
    bool wants_to_write() const { return !output_.empty(); }

private:
    struct Chunk {
        std::string bytes;
        std::vector<Descriptor> descriptors;
        std::size_t sent = 0;
    };
    Descriptor fd_;
    std::deque<Chunk> output_;
    std::size_t output_bytes_ = 0;
    std::deque<Descriptor> received_;
};

/// A listening unix socket of mode 0600 at `path`, replacing a stale one. Paths beyond sun_path's
/// length are bound through the folder's descriptor. Throws std::system_error.
Descriptor listen_unix(const std::filesystem::path& path);

}  // namespace millpond::engine
