#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

// launch [--user-namespace PATH] [--network PATH] [--listen ADDRESS:PORT[,CONGESTION[,BYTES]]]...
//        [--sync FOLDER] [--result FILE] COMMAND [ARGUMENT]...
//
// Runs one command and writes what it took to FILE as JSON: seconds of wall clock and processor,
// peak memory, and the seconds that a sync of FOLDER's file system took after it. It is this small
// because the kernel counts the memory of whoever forks towards the peak of what is started.
// Sockets that listen are made here and handed to nginx in the variable it knows for them, since
// its configuration has no word for a congestion control or for a limit of bytes a second per
// connection.

namespace {

using Clock = std::chrono::steady_clock;

constexpr int impossible = 3; // the kernel does not allow it; others are plain failures

struct Options {
    const char *userNamespace = nullptr;
    const char *network = nullptr;
    const char *sync = nullptr;
    const char *result = nullptr;
    std::vector<std::string> listen;
    char **command = nullptr;
};

[[noreturn]] void die(const std::string &what, int status = impossible)
{
    std::fprintf(stderr, "launch: %s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(status);
}

Options parse(int argc, char **argv)
{
    Options options;
    int at = 1;
    for (; at + 1 < argc && std::string_view(argv[at]).substr(0, 2) == "--"; at += 2) {
        const std::string_view name(argv[at]);
        char *value = argv[at + 1];
        if (name == "--user-namespace")
            options.userNamespace = value;
        else if (name == "--network")
            options.network = value;
        else if (name == "--sync")
            options.sync = value;
        else if (name == "--result")
            options.result = value;
        else if (name == "--listen")
            options.listen.emplace_back(value);
        else
            break;
    }
    if (at >= argc) {
        errno = EINVAL;
        die("no command", 2);
    }
    options.command = argv + at;
    return options;
}

void enter(const char *path, int kind)
{
    if (!path)
        return;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || setns(descriptor, kind) != 0)
        die(std::string("the namespace ") + path);
    close(descriptor);
}

std::vector<std::string> split(const std::string &text, char separator)
{
    std::vector<std::string> parts(1);
    for (const char letter : text) {
        if (letter == separator)
            parts.emplace_back();
        else
            parts.back() += letter;
    }
    return parts;
}

// What connections inherit from the socket that accepts them: their congestion control and how many
// bytes a second each may send. nginx takes for granted that it does not block: two of its
// processes may be told of one connection.
int listenAt(const std::string &description)
{
    const auto words = split(description, ',');
    const auto place = split(words.at(0), ':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(std::atoi(place.at(1).c_str())));
    if (inet_pton(AF_INET, place.at(0).c_str(), &address.sin_addr) != 1)
        die("the address " + description);
    const int handle = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int yes = 1;
    setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (words.size() > 1 && !words[1].empty()
        && setsockopt(handle, IPPROTO_TCP, TCP_CONGESTION, words[1].data(),
                      static_cast<socklen_t>(words[1].size()))
            != 0)
        die("the congestion control " + words[1]);
    if (words.size() > 2) {
        const uint64_t bytes = std::strtoull(words[2].c_str(), nullptr, 10);
        if (setsockopt(handle, SOL_SOCKET, SO_MAX_PACING_RATE, &bytes, sizeof bytes) != 0)
            die("a limit per connection");
    }
    if (bind(handle, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0
        || listen(handle, 511) != 0)
        die("listening at " + description);
    return handle;
}

void openSockets(const Options &options)
{
    std::string inherited;
    for (const std::string &description : options.listen)
        inherited += std::to_string(listenAt(description)) + ';';
    if (!inherited.empty())
        setenv("NGINX", inherited.c_str(), 1);
}

double seconds(Clock::time_point from, Clock::time_point to)
{
    return std::chrono::duration<double>(to - from).count();
}

double seconds(const timeval &time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// The seconds until all that was written to the file system of this folder is on it.
double syncSeconds(const char *folder)
{
    if (!folder)
        return 0;
    const auto begin = Clock::now();
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0 || syncfs(descriptor) != 0)
        die("syncing", 2);
    close(descriptor);
    return seconds(begin, Clock::now());
}

pid_t start(const Options &options)
{
    const pid_t child = fork();
    if (child < 0)
        die("fork", 2);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execvp(options.command[0], options.command);
        std::fprintf(stderr, "launch: %s: %s\n", options.command[0], std::strerror(errno));
        _exit(127);
    }
    return child;
}

} // namespace

int main(int argc, char **argv)
{
    const Options options = parse(argc, argv);
    enter(options.userNamespace, CLONE_NEWUSER);
    enter(options.network, CLONE_NEWNET);
    openSockets(options);
    const auto begin = Clock::now();
    const pid_t child = start(options);
    int status = 0;
    rusage usage{};
    if (wait4(child, &status, 0, &usage) != child)
        die("wait", 2);
    const double wall = seconds(begin, Clock::now());
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    const double sync = syncSeconds(options.sync);
    if (!options.result)
        return code;
    std::FILE *file = std::fopen(options.result, "w");
    if (!file)
        die(options.result, 2);
    std::fprintf(
        file,
        "{\"status\": %d, \"wall\": %.6f, \"sync\": %.6f, \"user\": %.6f, \"system\": %.6f, "
        "\"peak\": %lld}\n",
        code, wall, sync, seconds(usage.ru_utime), seconds(usage.ru_stime),
        static_cast<long long>(usage.ru_maxrss) * 1024);
    return std::fclose(file) == 0 ? code : 2;
}
