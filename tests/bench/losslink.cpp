#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <fstream>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <random>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

// losslink CLIENT HUB FILES DELAY-MS LOSS-PERCENT BYTES-PER-SECOND SEED
//
// A long bad line on one machine: two network namespaces, a TUN device in each, and this program,
// which carries every packet from one to the other as late as DELAY-MS says, at the rate of the
// line, and loses a part of them. Each way has a queue that holds one round trip; what does not fit
// is lost too, as on any line. The first three are the addresses, the last two of them on the far
// side. Prints where the namespaces are, works until its standard input ends, and then prints what
// became of the packets.

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int impossible = 3; // the kernel does not allow it
constexpr int longestPacket = 2048;
constexpr int devicePackets = 20000; // a burst must not be lost before we see it
constexpr int packetsPerTurn = 64;

[[noreturn]] void die(const std::string &what)
{
    std::fprintf(stderr, "losslink: %s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(impossible);
}

struct Line {
    std::chrono::nanoseconds delay{};
    double loss = 0;
    double bytesPerSecond = 0;
};

struct Packet {
    Clock::time_point due;
    std::vector<char> bytes;
};

struct Counts {
    long long carried = 0;
    long long lost = 0;
    long long overflowed = 0;
};

// One direction of the line.
class Way {
public:
    Way(int from, int to, const Line &line, uint64_t seed)
        : m_from(from)
        , m_to(to)
        , m_line(line)
        , m_random(seed)
    {
    }

    int source() const { return m_from; }
    bool isEmpty() const { return m_queue.empty(); }
    Clock::time_point due() const { return m_queue.front().due; }
    const Counts &counts() const { return m_counts; }

    void take()
    {
        char buffer[longestPacket];
        for (int i = 0; i < packetsPerTurn; ++i) {
            const ssize_t length = read(m_from, buffer, sizeof buffer);
            if (length <= 0)
                return;
            accept(buffer, static_cast<size_t>(length));
        }
    }

    void give(Clock::time_point now)
    {
        while (!m_queue.empty() && m_queue.front().due <= now) {
            const std::vector<char> &bytes = m_queue.front().bytes;
            if (write(m_to, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()))
                ++m_counts.carried;
            else
                ++m_counts.overflowed;
            m_queue.pop_front();
        }
    }

private:
    void accept(const char *bytes, size_t length)
    {
        const auto now = Clock::now();
        const auto begins = std::max(now, m_free);
        if (begins - now > 2 * m_line.delay) {
            ++m_counts.overflowed;
            return;
        }
        m_free = begins
            + std::chrono::nanoseconds(static_cast<int64_t>(static_cast<double>(length)
                                                            / m_line.bytesPerSecond * 1e9));
        if (std::uniform_real_distribution<>(0, 1)(m_random) < m_line.loss) {
            ++m_counts.lost;
            return;
        }
        m_queue.push_back({m_free + m_line.delay, {bytes, bytes + length}});
    }

    int m_from;
    int m_to;
    Line m_line;
    std::mt19937_64 m_random;
    std::deque<Packet> m_queue;
    Clock::time_point m_free; // when the last packet has left for the line
    Counts m_counts;
};

void writeTo(const char *path, const std::string &text)
{
    std::ofstream file(path);
    file << text;
    if (!file.flush())
        die(path);
}

// Without root rights a user namespace of our own lets us make the networks.
void becomeAble()
{
    const uid_t user = getuid();
    const gid_t group = getgid();
    if (user == 0)
        return;
    if (unshare(CLONE_NEWUSER) != 0)
        die("a user namespace");
    writeTo("/proc/self/setgroups", "deny");
    writeTo("/proc/self/uid_map", std::to_string(user) + ' ' + std::to_string(user) + " 1");
    writeTo("/proc/self/gid_map", std::to_string(group) + ' ' + std::to_string(group) + " 1");
}

sockaddr inet(const char *text)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
        die(text);
    sockaddr plain{};
    std::memcpy(&plain, &address, sizeof plain);
    return plain;
}

void bringUp(int handle, const char *device)
{
    ifreq request{};
    std::strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    if (ioctl(handle, SIOCGIFFLAGS, &request) != 0)
        die("a device");
    request.ifr_flags |= IFF_UP | IFF_RUNNING;
    if (ioctl(handle, SIOCSIFFLAGS, &request) != 0)
        die("a device");
}

void setAddress(int handle, const char *device, const char *address)
{
    ifreq request{};
    std::strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    request.ifr_addr = inet(address);
    if (ioctl(handle, SIOCSIFADDR, &request) != 0)
        die("the address of a device");
    request.ifr_netmask = inet("255.255.255.0");
    if (ioctl(handle, SIOCSIFNETMASK, &request) != 0)
        die("the network of a device");
}

// The device gives and takes packets of the namespace it was made in.
int makeDevice(const std::vector<const char *> &addresses)
{
    const int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun < 0)
        die("/dev/net/tun");
    ifreq request{};
    std::strncpy(request.ifr_name, "line", IFNAMSIZ - 1);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (ioctl(tun, TUNSETIFF, &request) != 0)
        die("a TUN device");
    const int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    request.ifr_qlen = devicePackets;
    ioctl(handle, SIOCSIFTXQLEN, &request); // root only; others have the usual 500 packets
    bringUp(handle, "line");
    bringUp(handle, "lo");
    for (size_t i = 0; i < addresses.size(); ++i)
        setAddress(handle, ("line:" + std::to_string(i)).c_str(), addresses[i]);
    close(handle);
    return tun;
}

int newNetwork()
{
    if (unshare(CLONE_NEWNET) != 0)
        die("a network namespace");
    const int kept = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (kept < 0)
        die("/proc/self/ns/net");
    return kept;
}

timespec timeUntil(const Way &there, const Way &back)
{
    auto next = Clock::now() + 100ms;
    for (const Way *way : {&there, &back}) {
        if (!way->isEmpty())
            next = std::min(next, way->due());
    }
    const auto left = std::max<std::chrono::nanoseconds>(next - Clock::now(), 0ns);
    return {.tv_sec = left / 1s, .tv_nsec = (left % 1s).count()};
}

void carry(Way &there, Way &back)
{
    for (;;) {
        pollfd sources[] = {{.fd = there.source(), .events = POLLIN, .revents = 0},
                            {.fd = back.source(), .events = POLLIN, .revents = 0},
                            {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
        const timespec patience = timeUntil(there, back);
        if (ppoll(sources, 3, &patience, nullptr) < 0 && errno != EINTR)
            die("poll");
        if (sources[2].revents)
            return;
        if (sources[0].revents)
            there.take();
        if (sources[1].revents)
            back.take();
        const auto now = Clock::now();
        there.give(now);
        back.give(now);
    }
}

void print(const char *name, const Counts &counts, const char *end)
{
    std::printf("\"%s\": {\"carried\": %lld, \"lost\": %lld, \"overflowed\": %lld}%s", name,
                counts.carried, counts.lost, counts.overflowed, end);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 8) {
        std::fprintf(stderr, "losslink: seven arguments are needed\n");
        return 2;
    }
    const Line line{std::chrono::nanoseconds(static_cast<int64_t>(std::atof(argv[4]) * 1e6)),
                    std::atof(argv[5]) / 100, std::atof(argv[6])};
    const uint64_t seed = std::strtoull(argv[7], nullptr, 10);
    becomeAble();
    const int clientNetwork = newNetwork();
    const int client = makeDevice({argv[1]});
    const int serverNetwork = newNetwork();
    const int server = makeDevice({argv[2], argv[3]});
    const auto at = "/proc/" + std::to_string(getpid());
    std::printf("{\"user\": \"%s\", \"client\": \"%s/fd/%d\", \"server\": \"%s/fd/%d\"}\n",
                getuid() == 0 ? "" : (at + "/ns/user").c_str(), at.c_str(), clientNetwork,
                at.c_str(), serverNetwork);
    std::fflush(stdout);
    Way there(client, server, line, seed);
    Way back(server, client, line, seed + 1);
    carry(there, back);
    std::printf("{");
    print("to server", there.counts(), ", ");
    print("to client", back.counts(), "}\n");
    return 0;
}
