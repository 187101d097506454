#include "cli/console.h"

#include <iostream>
#include <string>
#include <unistd.h>

#include "cli/words.h"
#include "core/format.h"
#include "core/redact.h"

using namespace Qt::StringLiterals;

namespace cli {

Console::Console()
    : m_out(STDOUT_FILENO)
    , m_err(STDERR_FILENO)
    , m_terminal(m_err.isTerminal())
{
}

void Console::print(const QString &text)
{
    m_out.write(text.toUtf8());
    if (m_out.state() != Output::State::Broken || m_saidBroken)
        return;
    m_saidBroken = true;
    line(u"hubload: "_s
         + Words::tr("Standard output cannot be written; everything else is done all the same."));
}

void Console::printLine(const QString &text)
{
    print(core::printable(core::redactText(text)) + u'\n');
}

void Console::line(const QString &text)
{
    const QString shown = core::printable(core::redactText(text));
    m_err.write(((m_lineOpen ? u"\n"_s : QString()) + shown + u'\n').toUtf8());
    m_lineOpen = false;
}

void Console::note(const QString &text)
{
    if (m_terminal)
        line(text);
}

void Console::progress(const QString &sentence)
{
    if (!m_terminal)
        return;
    const QString text = core::printable(core::redactText(sentence)).left(200);
    m_err.write((u"\r\x1b[K"_s + text).toUtf8());
    m_lineOpen = true;
}

void Console::endProgress()
{
    if (m_lineOpen)
        m_err.write("\n"_ba);
    m_lineOpen = false;
}

bool Console::canAsk()
{
    return isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
}

bool Console::ask(const QString &question, Default answer)
{
    endProgress();
    m_err.write((core::printable(question) + u' ').toUtf8());
    std::string said;
    std::getline(std::cin, said);
    if (!std::cin.good())
        return false;
    if (said.empty())
        return answer == Default::Yes;
    return said[0] == 'y' || said[0] == 'Y';
}

void Console::hurry()
{
    m_out.hurry();
    m_err.hurry();
}

} // namespace cli
