#include "core/logging.h"

#include <QDateTime>
#include <QMutex>
#include <QStringList>

#include <algorithm>
#include <cstdio>

#include "core/redact.h"

using namespace Qt::StringLiterals;

namespace core {

namespace {

struct Ring {
    QMutex mutex;
    QStringList lines;
};

// The one static that changes. Qt's message handler is a plain function of the whole process and
// gets no object to work on; the ring is reached through it from every thread, hence the mutex.
// Never destroyed, because objects that live until the very end may still log.
Ring &ring()
{
    static Ring *const instance = new Ring;
    return *instance;
}

QString levelName(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return u"debug"_s;
    case QtInfoMsg:
        return u"info"_s;
    case QtWarningMsg:
        return u"warning"_s;
    case QtCriticalMsg:
        return u"critical"_s;
    case QtFatalMsg:
        return u"fatal"_s;
    }
    Q_UNREACHABLE();
}

// Log text may quote a server: no secrets, no control characters, not endless.
QString tamed(const QString &message)
{
    constexpr qsizetype longest = 4000;
    QString text = redactText(message.left(longest));
    std::replace_if(
        text.begin(), text.end(),
        [](QChar c) { return c.category() == QChar::Other_Control && c != u'\n' && c != u'\t'; },
        QChar::ReplacementCharacter);
    return text;
}

void handleMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    constexpr qsizetype most = 500;
    const QString time = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
    const QString category = QString::fromLatin1(context.category ? context.category : "default");
    const QString line = u"%1 %2 %3: %4"_s.arg(time, levelName(type), category, tamed(message));
    const QByteArray bytes = line.toLocal8Bit() + '\n';
    Ring &recent = ring();
    const QMutexLocker locker(&recent.mutex);
    if (recent.lines.size() >= most)
        recent.lines.removeFirst();
    recent.lines.append(line);
    // A closed stderr leaves nobody to tell; the line is in the ring.
    std::fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stderr);
}

} // namespace

void installLogging(LogLevel level)
{
    QString rules = u"*.debug=false\n*.info=false\n"_s;
    switch (level) {
    case LogLevel::Normal:
        break;
    case LogLevel::Detailed:
        rules += "hub.*=true\ntransfer.*=true\ncache.*=true\n"_L1;
        break;
    }
    QLoggingCategory::setFilterRules(rules);
    qInstallMessageHandler(handleMessage);
}

QStringList recentLogLines()
{
    Ring &recent = ring();
    const QMutexLocker locker(&recent.mutex);
    return recent.lines;
}

} // namespace core
