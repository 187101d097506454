#include "gui/texts.h"

#include <QLocale>

#include <algorithm>

#include "core/errortext.h"
#include "core/format.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

struct StateFacts {
    transfer::State state;
    bool checked;
    std::optional<core::Error> error;
    QDateTime retryAt;
    QDateTime gateOpens;
    bool isFruitless = false;
};

std::chrono::seconds secondsUntil(const QDateTime &time, const QDateTime &now)
{
    if (!time.isValid())
        return std::chrono::seconds(0);
    return std::chrono::seconds(std::max<qint64>(0, (now.msecsTo(time) + 999) / 1000));
}

QString waitingForHub(std::chrono::seconds left)
{
    return left.count() > 0 ? Texts::tr("Waiting for the Hub (%1)").arg(core::formatDuration(left))
                            : Texts::tr("Waiting for the Hub");
}

QString waiting(const StateFacts &facts, const QDateTime &now)
{
    const auto left = secondsUntil(facts.retryAt, now);
    const auto kind = facts.error ? facts.error->kind : core::ErrorKind::ConnectionLost;
    if (kind == core::ErrorKind::RateLimited)
        return waitingForHub(left);
    if (kind == core::ErrorKind::Offline)
        return Texts::tr("Waiting for the network");
    if (kind == core::ErrorKind::Locked)
        return Texts::tr("Waiting for another program");
    if (kind == core::ErrorKind::DiskFull)
        return Texts::tr("Waiting for room on the disk");
    if (kind == core::ErrorKind::PlaceMissing)
        return Texts::tr("Waiting for the drive");
    if (facts.isFruitless)
        return Texts::tr("Needs you: nothing has arrived for an hour");
    return left.count() > 0 ? Texts::tr("Trying again in %1").arg(core::formatDuration(left))
                            : Texts::tr("Trying again");
}

QString stateWords(const StateFacts &facts, const QDateTime &now)
{
    switch (facts.state) {
    case transfer::State::Queued:
        return Texts::tr("Waiting");
    case transfer::State::Resolving:
        return facts.gateOpens.isValid() ? waitingForHub(secondsUntil(facts.gateOpens, now))
                                         : Texts::tr("Preparing");
    case transfer::State::Fetching:
        return Texts::tr("Downloading");
    case transfer::State::Verifying:
        return Texts::tr("Checking");
    case transfer::State::Waiting:
        return waiting(facts, now);
    case transfer::State::Paused:
        return Texts::tr("Paused");
    case transfer::State::Failed:
        return Texts::tr("Needs you: %1")
            .arg(facts.error ? Texts::reason(facts.error->kind) : Texts::tr("see the details"));
    case transfer::State::Done:
        return facts.checked ? Texts::tr("Done, checked") : Texts::tr("Done, not checked");
    case transfer::State::Cancelled:
        return Texts::tr("Cancelled");
    }
    return {};
}

} // namespace

QString Texts::state(const transfer::DownloadStatus &status, const QDateTime &now,
                     const QDateTime &gateOpens)
{
    return stateWords(
        {status.state, status.checked, status.error, status.retryAt, gateOpens, status.isFruitless},
        now);
}

QString Texts::state(const transfer::FileStatus &status, const QDateTime &now,
                     const QDateTime &gateOpens)
{
    if (status.state == transfer::State::Done && status.reused)
        return tr("Was already here");
    return stateWords({status.state, status.checked, status.error, status.retryAt, gateOpens}, now);
}

QString Texts::reason(core::ErrorKind kind)
{
    switch (kind) {
    case core::ErrorKind::Offline:
        return tr("no network", "reason");
    case core::ErrorKind::HostNotFound:
        return tr("Hub not found", "reason");
    case core::ErrorKind::ConnectionLost:
    case core::ErrorKind::Truncated:
        return tr("connection cut off", "reason");
    case core::ErrorKind::Timeout:
        return tr("nothing arrives", "reason");
    case core::ErrorKind::ServerError:
        return tr("fault at the Hub", "reason");
    case core::ErrorKind::RateLimited:
        return tr("the Hub asks for a pause", "reason");
    case core::ErrorKind::LinkExpired:
        return tr("the link has run out", "reason");
    case core::ErrorKind::OtherHub:
        return tr("it began at another Hub", "reason");
    case core::ErrorKind::RemoteChanged:
        return tr("changed on the Hub", "reason");
    case core::ErrorKind::SignInNeeded:
        return tr("sign in", "reason");
    case core::ErrorKind::Unauthorized:
        return tr("sign in again", "reason");
    case core::ErrorKind::Gated:
        return tr("ask for access", "reason");
    case core::ErrorKind::Forbidden:
        return tr("access refused", "reason");
    case core::ErrorKind::Disabled:
        return tr("taken down by the Hub", "reason");
    case core::ErrorKind::RepoNotFound:
        return tr("repo not found", "reason");
    case core::ErrorKind::RevisionNotFound:
        return tr("version not found", "reason");
    case core::ErrorKind::EntryNotFound:
        return tr("file not found", "reason");
    case core::ErrorKind::BadRequest:
    case core::ErrorKind::BadInput:
    case core::ErrorKind::Protocol:
        return tr("not understood", "reason");
    case core::ErrorKind::ProxyDenied:
        return tr("refused by the proxy", "reason");
    case core::ErrorKind::Tls:
        return tr("connection not trusted", "reason");
    case core::ErrorKind::XetOnly:
        return tr("only to be had by Xet", "reason");
    case core::ErrorKind::StoredDamaged:
        return tr("damaged on the disk", "reason");
    case core::ErrorKind::PartialGone:
        return tr("removed by another program", "reason");
    case core::ErrorKind::Checksum:
        return tr("check failed twice", "reason");
    case core::ErrorKind::Locked:
        return tr("in use elsewhere", "reason");
    case core::ErrorKind::DiskFull:
        return tr("disk is full", "reason");
    case core::ErrorKind::FileTooLarge:
        return tr("too large for this drive", "reason");
    case core::ErrorKind::PlaceMissing:
        return tr("drive is missing", "reason");
    case core::ErrorKind::FileIo:
        return tr("folder cannot be used", "reason");
    case core::ErrorKind::KeychainUnavailable:
    case core::ErrorKind::KeychainDenied:
        return tr("key store is locked", "reason");
    case core::ErrorKind::Cancelled:
        return tr("stopped", "reason");
    }
    return {};
}

QString Texts::factor(transfer::Factor factor)
{
    switch (factor) {
    case transfer::Factor::Limit:
        return tr("your limit", "what holds a download back");
    case transfer::Factor::Disk:
        return tr("the disk", "what holds a download back");
    case transfer::Factor::Checking:
        return tr("this computer (checking)", "what holds a download back");
    case transfer::Factor::RateLimit:
        return tr("the Hub's limit of requests", "what holds a download back");
    case transfer::Factor::Network:
        return tr("the server or the network", "what holds a download back");
    }
    return {};
}

QString Texts::limitedBy(transfer::Factor factor)
{
    return tr("Limited by: %1").arg(Texts::factor(factor));
}

QString Texts::bySource(qint64 fetched, qint64 reused)
{
    if (reused == 0)
        return tr("%1 from the network").arg(core::formatSize(fetched));
    return tr("%1 from the network, %2 was here")
        .arg(core::formatSize(fetched), core::formatSize(reused));
}

QString Texts::limit(const core::SpeedLimit &limit)
{
    if (!limit)
        return tr("none", "limit");
    return *limit == 0 ? tr("hold", "limit") : core::formatSpeed(static_cast<double>(*limit));
}

QString Texts::phrase(const QString &text)
{
    return QChar(0x2068) + text + QChar(0x2069);
}

QString Texts::kind(core::RepoType type)
{
    switch (type) {
    case core::RepoType::Model:
        return tr("Model");
    case core::RepoType::Dataset:
        return tr("Dataset");
    case core::RepoType::Space:
        return tr("Space");
    }
    return {};
}

QString Texts::ago(const QDateTime &time, const QDateTime &now)
{
    if (!time.isValid())
        return {};
    const qint64 seconds = time.secsTo(now);
    if (seconds < 60)
        return tr("just now");
    if (seconds < 3600)
        return tr("%Ln minute(s) ago", nullptr, static_cast<int>(seconds / 60));
    if (seconds < 86400)
        return tr("%Ln hour(s) ago", nullptr, static_cast<int>(seconds / 3600));
    const qint64 days = seconds / 86400;
    if (days < 31)
        return tr("%Ln day(s) ago", nullptr, static_cast<int>(days));
    if (days < 365)
        return tr("%Ln month(s) ago", nullptr, static_cast<int>(days / 30));
    return QLocale().toString(time.toLocalTime().date(), QLocale::ShortFormat);
}

QString Texts::parameters(qint64 count)
{
    if (count < 0)
        return {};
    const auto scaled = [](double value) {
        return QLocale().toString(value, 'f', value < 10 ? 1 : 0);
    };
    const double number = static_cast<double>(count);
    if (number >= 1e9)
        return tr("%1 B parameters").arg(scaled(number / 1e9));
    if (number >= 1e6)
        return tr("%1 M parameters").arg(scaled(number / 1e6));
    return tr("%1 parameters").arg(core::formatCount(count));
}

QString Texts::task(const QString &pipelineTag)
{
    QString text = pipelineTag;
    text.replace(u'-', u' ');
    if (!text.isEmpty())
        text[0] = text.at(0).toUpper();
    return text;
}

QString Texts::files(int count)
{
    return tr("%Ln file(s)", nullptr, count);
}

QString Texts::noFileMatches()
{
    return tr("No file matches this filter.");
}

QString Texts::shortCommit(const QString &commit)
{
    return core::isCommitId(commit) ? commit.left(7) : commit;
}

QString Texts::gated(hub::GatedMode mode)
{
    switch (mode) {
    case hub::GatedMode::Open:
        return {};
    case hub::GatedMode::Automatic:
        return tr("The authors share this with people who accept their terms. You accept on the "
                  "Hub's page; it takes effect at once.");
    case hub::GatedMode::Manual:
        return tr("The authors approve each request by hand. You ask on the Hub's page.");
    }
    return {};
}

} // namespace gui
