#include "cli/process.h"

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <langinfo.h>
#include <unistd.h>

namespace cli {

namespace {

// The lowest free number is given out first, so a closed one is filled by what is opened next.
void openClosedStreams()
{
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) != fd)
            std::abort(); // writing on would write into files
    }
}

// Qt takes UTF-8 in any case, but complains where the locale says otherwise.
void chooseUtf8()
{
    if (std::setlocale(LC_ALL, "") && std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
        return;
    if (std::setlocale(LC_ALL, "C.UTF-8"))
        setenv("LC_ALL", "C.UTF-8", 1);
}

} // namespace

void prepareProcess()
{
    openClosedStreams();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is an error like others
    chooseUtf8();
}

} // namespace cli
