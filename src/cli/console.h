#pragma once

#include <QString>

#include "cli/output.h"

namespace cli {

// What a command says: results on standard output, all else on standard error, redacted and
// harmless for a terminal. Owner: the command. Main thread.
class Console {
public:
    Console();

    // That standard output cannot be written is said once; the work is worth more than words
    // about it.
    void print(const QString &text); // as it is
    void printLine(const QString &text); // for people
    void line(const QString &text);
    void note(const QString &text); // for a person at a terminal; nobody else hears it
    void progress(const QString &sentence); // over the last one, at a terminal
    void endProgress();
    // False where nobody is there to answer.
    static bool canAsk();
    enum class Default { Yes, No };
    bool ask(const QString &question, Default answer);

    // Whoever read our standard output has closed it.
    bool isReaderGone() const { return m_out.state() == Output::State::ReaderGone; }
    void hurry(); // a reader that does not read must not hold us up any more
    bool isTerminal() const { return m_terminal; }

private:
    Output m_out;
    Output m_err;
    bool m_terminal = false;
    bool m_saidBroken = false;
    bool m_lineOpen = false; // a progress line that the next text must not be glued to
};

} // namespace cli
