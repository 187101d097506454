#include "faultmatrix.h"

#include <QUrlQuery>

#include <algorithm>
#include <utility>

// What the network, the Hub and the file host may do to a download.
namespace {

using namespace Qt::StringLiterals;
using namespace faults;
using core::ErrorKind;
using support::FaultyHub;

using Change = FaultyHub::Change;

const QList<std::pair<QString, Place>> places{{u"first segment"_s, Place::First},
                                              {u"middle segment"_s, Place::Middle},
                                              {u"last segment"_s, Place::Last}};
const QList<std::pair<QString, double>> moments{
    {u"before the first byte"_s, 0}, {u"in the middle"_s, 0.5}, {u"before the last byte"_s, 1}};

auto fileHost(Change change, int times = -1)
{
    return [=](FaultRun &run) { run.cdn(change, times); };
}

auto theHub(Change change, int times = -1)
{
    return [=](FaultRun &run) { run.hub(change, times); };
}

// The trouble is over once it has been told, and nobody has to do anything.
auto endsByItself(std::function<void(FaultRun &)> fault, ErrorKind told)
{
    return [=](FaultRun &run) {
        fault(run);
        run.begin();
        run.reachError(told);
        run.lift();
    };
}

Change both(Change first, Change second)
{
    return [=](const demo::Request &request, demo::Response &response) {
        first(request, response);
        second(request, response);
    };
}

// 206 with these words about the range.
Change contentRange(std::function<QByteArray(const demo::Response &)> words)
{
    return [=](const demo::Request &, demo::Response &response) {
        if (response.status == 206)
            response.setHeader("Content-Range", words(response));
    };
}

Change withoutHeader(const QByteArray &name)
{
    return [=](const demo::Request &, demo::Response &response) {
        response.headers.removeIf([&](const auto &header) {
            return header.first.compare(name, Qt::CaseInsensitive) == 0;
        });
    };
}

Change announce(qint64 more)
{
    return [=](const demo::Request &, demo::Response &response) {
        if (response.content)
            response.announceLength = response.contentLength + more;
    };
}

QByteArray rangeOf(qint64 begin, qint64 end, qint64 total)
{
    return "bytes " + QByteArray::number(begin) + '-' + QByteArray::number(end - 1) + '/'
        + QByteArray::number(total);
}

// Half of what was asked for, and said so.
Change halfRange()
{
    return [](const demo::Request &, demo::Response &response) {
        if (response.status != 206 || response.contentLength < MiB)
            return;
        response.contentLength /= 2;
        response.setHeader("Content-Range",
                           rangeOf(response.contentOffset,
                                   response.contentOffset + response.contentLength,
                                   response.content->size()));
    };
}

// The link was signed without a range, and the host wants one that is.
Change onlyLinksForTheirRange()
{
    return [](const demo::Request &request, demo::Response &response) {
        const QUrlQuery query(
            QString::fromLatin1(request.target.mid(request.target.indexOf('?') + 1)));
        const QByteArray policy = QByteArray::fromBase64(
            query.queryItemValue(u"Policy"_s).toLatin1(), QByteArray::Base64UrlEncoding);
        if (!request.header("Range").isEmpty() && !policy.contains("Range"))
            FaultyHub::status(403)(request, response);
    };
}

Change onlyHead(Change change)
{
    return [=](const demo::Request &request, demo::Response &response) {
        if (request.verb == "HEAD")
            change(request, response);
    };
}

// A byte at this place of the file, whichever answer brings it.
Change flipAt(qint64 offset)
{
    return [=](const demo::Request &, demo::Response &response) {
        if (response.content && offset >= response.contentOffset
            && offset < response.contentOffset + response.contentLength)
            response.corruptByte = {offset,
                                    static_cast<char>(response.content->read(offset, 1).at(0) ^ 1)};
    };
}

// In the first answer that brings it only.
Change flipOnce(qint64 offset)
{
    auto isDone = std::make_shared<std::atomic<bool>>(false);
    return [=](const demo::Request &request, demo::Response &response) {
        demo::Response changed = response;
        flipAt(offset)(request, changed);
        if (changed.corruptByte && !isDone->exchange(true))
            response.corruptByte = changed.corruptByte;
    };
}

QList<Fault> brokenConnections()
{
    QList<Fault> faults;
    for (const auto &[placeName, place] : places) {
        for (const auto &[momentName, moment] : moments) {
            faults.append({u"connection cut %1 of the %2"_s.arg(momentName, placeName),
                           fileHost(at(place, cutAt(moment)))});
            faults.append({u"no byte any more %1 of the %2"_s.arg(momentName, placeName),
                           fileHost(at(place, stallAt(moment)))});
        }
        faults.append({u"connection reset before the head of the %1"_s.arg(placeName),
                       fileHost(at(place, FaultyHub::reset()))});
        faults.append({u"web page in place of the %1"_s.arg(placeName),
                       fileHost(at(place, FaultyHub::html()))});
        faults.append({u"200 with all bytes in place of the %1"_s.arg(placeName),
                       fileHost(at(place, FaultyHub::ignoreRange()))});
        faults.append({u"wrong Content-Range of the %1"_s.arg(placeName),
                       fileHost(at(place, FaultyHub::wrongContentRange()))});
        faults.append({u"416 in place of the %1"_s.arg(placeName),
                       fileHost(at(place, FaultyHub::status(416)))});
        faults.append({u"link refused at the %1"_s.arg(placeName),
                       fileHost(at(place, FaultyHub::status(403)))});
        faults.append(
            {u"only half of the %1 comes"_s.arg(placeName), fileHost(at(place, halfRange()))});
        faults.append({u"another ETag of the %1"_s.arg(placeName),
                       fileHost(at(place, header("ETag", "\"another\"")))});
    }
    faults.append({u"every connection cut in its middle"_s, fileHost(cutAt(0.5), 30)});
    faults.append({u"small file cut before its first byte"_s,
                   fileHost(cutAt(0), 1),
                   {},
                   Kept::Whatever,
                   {MiB}});
    faults.append({u"small file cut before its last byte"_s,
                   fileHost(cutAt(1), 1),
                   {},
                   Kept::Whatever,
                   {MiB}});
    faults.append({u"no byte any more in the middle of a small file"_s,
                   fileHost(stallAt(0.5), 1),
                   {},
                   Kept::Whatever,
                   {MiB}});
    faults.append({u"every other file is cut"_s,
                   fileHost(
                       [](const demo::Request &request, demo::Response &response) {
                           if (request.id % 2 == 0)
                               cutAt(0.5)(request, response);
                       },
                       12),
                   {},
                   Kept::Whatever,
                   {MiB, 9 * MiB, 1000, 12 * MiB, 1, 0, 3 * MiB}});
    return faults;
}

QList<Fault> wrongAnswers()
{
    return {
        {u"200 with all bytes to every range"_s, fileHost(FaultyHub::ignoreRange())},
        // What is here was digested when the wrong byte comes in its place.
        {u"200 with all bytes, a wrong one among those that are here"_s,
         betweenTries([](FaultRun &run) {
             run.cdn(both(FaultyHub::ignoreRange(), FaultyHub::corrupt(100L * 1024, 'x')));
         })},
        {u"wrong Content-Range always"_s, fileHost(FaultyHub::wrongContentRange()),
         ErrorKind::RemoteChanged, Kept::Nothing},
        {u"Content-Range of another place always"_s,
         fileHost(contentRange([](const demo::Response &r) {
             return rangeOf(r.contentOffset + 1, r.contentOffset + 1 + r.contentLength,
                            r.content->size());
         })),
         ErrorKind::Protocol, Kept::Nothing},
        {u"Content-Range of another size once"_s,
         fileHost(contentRange([](const demo::Response &r) {
                      return rangeOf(r.contentOffset, r.contentOffset + r.contentLength,
                                     r.content->size() + 1);
                  }),
                  1)},
        {u"206 without Content-Range"_s, fileHost(withoutHeader("Content-Range"), 2)},
        {u"206 with an unreadable Content-Range"_s,
         fileHost(contentRange([](const demo::Response &) { return "bytes all of it"_ba; }), 1)},
        {u"every range only half"_s, fileHost(halfRange())},
        {u"file host calls the file a web page"_s, fileHost(header("Content-Type", "text/html"))},
        {u"file host calls a small file a web page"_s,
         fileHost(header("Content-Type", "text/html")),
         {},
         {},
         {MiB}},
        {u"more bytes announced than the range has"_s, fileHost(announce(100), 1)},
        {u"fewer bytes announced than the range has"_s, fileHost(announce(-100), 1)},
        {u"fewer bytes announced always"_s, fileHost(announce(-100)), ErrorKind::Protocol,
         Kept::Nothing},
        {u"packed bodies once"_s, fileHost(header("Content-Encoding", "gzip"), 1)},
        {u"packed bodies always"_s, fileHost(header("Content-Encoding", "br")), ErrorKind::Protocol,
         Kept::Nothing},
        {u"several parts in place of a range"_s,
         fileHost(both(header("Content-Type", "multipart/byteranges; boundary=x"), announce(200)),
                  1)},
        {u"web page until somebody has signed in"_s,
         [](FaultRun &run) {
             run.cdn(FaultyHub::html());
             run.begin();
             run.wait([&run] { return run.status().retries >= 5; }, u"for five tries"_s);
             run.reachError(ErrorKind::Protocol);
             run.lift();
         }},
        {u"web page always"_s, fileHost(FaultyHub::html()), ErrorKind::Protocol, Kept::Nothing},
        {u"web page for a small file"_s, fileHost(FaultyHub::html(), 1), {}, Kept::Whatever, {MiB}},
        {u"web page from the Hub's own address"_s, theHub(FaultyHub::html(), 1)},
        {u"web page for an empty file"_s, fileHost(FaultyHub::html(), 1), {}, Kept::Whatever, {0}},
        {u"416 to every range"_s,
         fileHost([](const demo::Request &request, demo::Response &response) {
             if (!request.header("Range").isEmpty())
                 FaultyHub::status(416)(request, response);
         })},
        {u"416 to every range of a file that is begun"_s, betweenTries([](FaultRun &run) {
             run.cdn([](const demo::Request &request, demo::Response &response) {
                 if (!request.header("Range").isEmpty())
                     FaultyHub::status(416)(request, response);
             });
         })},
        {u"416 to every range of a small file that is begun"_s,
         betweenTries([](FaultRun &run) {
             run.cdn([](const demo::Request &request, demo::Response &response) {
                 if (!request.header("Range").isEmpty())
                     FaultyHub::status(416)(request, response);
             });
         }),
         {},
         Kept::Whatever,
         {6 * MiB}},
        {u"206 without Content-Range for a small file that is begun"_s,
         betweenTries([](FaultRun &run) { run.cdn(withoutHeader("Content-Range")); }),
         {},
         Kept::Whatever,
         {6 * MiB}},
        {u"file host errors 500, 502, 504, 408"_s,
         [](FaultRun &run) {
             for (const int status : {500, 502, 504, 408})
                 run.cdn(FaultyHub::status(status), 1);
         }},
        // Only wrong answers in a row are reason to ask a person.
        {u"file host errors three times, then a web page"_s,
         [](FaultRun &run) {
             auto asked = std::make_shared<std::atomic<int>>(0);
             run.cdn([=](const demo::Request &request, demo::Response &response) {
                 const int number = ++*asked;
                 if (number <= 3)
                     FaultyHub::status(502)(request, response);
                 else if (number == 4)
                     FaultyHub::html()(request, response);
             });
         }},
        {u"the Hub errors 502 and 503"_s,
         [](FaultRun &run) {
             for (const int status : {502, 503})
                 run.hub(FaultyHub::status(status), 1);
         }},
        {u"the Hub resets"_s, theHub(FaultyHub::reset(), 2)},
        {u"the Hub answers no HEAD"_s, theHub(onlyHead(FaultyHub::status(405)))},
    };
}

QList<Fault> linksAndRedirects()
{
    return {
        {u"links are bound to their range"_s, fileHost(onlyLinksForTheirRange())},
        {u"link of a small file refused once"_s,
         fileHost(FaultyHub::status(403), 1),
         {},
         Kept::Whatever,
         {MiB}},
        {u"link refused for a while"_s, fileHost(FaultyHub::status(403), 3)},
        {u"link gone with 410"_s, fileHost(FaultyHub::status(410), 1)},
        {u"link expired between two tries"_s,
         betweenTries([](FaultRun &run) { run.cdn(FaultyHub::status(403), 1); })},
        {u"links refused always"_s, fileHost(FaultyHub::status(403)), ErrorKind::LinkExpired,
         Kept::Nothing},
        {u"links refused always between two tries"_s,
         betweenTries([](FaultRun &run) { run.cdn(FaultyHub::status(403)); }),
         ErrorKind::LinkExpired, Kept::Intact},
        {u"the Hub redirects in a loop"_s,
         theHub([](const demo::Request &request, demo::Response &response) {
             FaultyHub::redirect(302, request.target)(request, response);
         }),
         ErrorKind::Protocol, Kept::Nothing},
        {u"the file host redirects in a loop"_s,
         fileHost([](const demo::Request &request, demo::Response &response) {
             FaultyHub::redirect(302, request.target)(request, response);
         }),
         ErrorKind::Protocol, Kept::Nothing},
        {u"the file host redirects in a loop once"_s,
         fileHost(
             [](const demo::Request &request, demo::Response &response) {
                 FaultyHub::redirect(302, request.target)(request, response);
             },
             6)},
        {u"redirect to a host that does not answer"_s,
         theHub(FaultyHub::redirect(302, "http://127.0.0.3:9/x"), 1)},
        {u"redirect to a file of this machine"_s,
         theHub(FaultyHub::redirect(302, "file:///etc/hostname")), ErrorKind::Protocol,
         Kept::Nothing},
        {u"redirect without a place"_s, theHub(FaultyHub::redirect(302, ""), 1)},
        {u"the file host knows no such file"_s, fileHost(FaultyHub::status(404)),
         ErrorKind::EntryNotFound, Kept::Nothing},
    };
}

QList<Fault> pauses()
{
    const QList<std::pair<QByteArray, QByteArray>> soon{{"Retry-After", "1"}};
    return {
        {u"file host wants a pause by 429"_s, fileHost(FaultyHub::status(429, soon), 1)},
        {u"file host wants a pause by 503"_s, fileHost(FaultyHub::status(503, soon), 1)},
        {u"file host wants a pause at the last segment"_s,
         fileHost(at(Place::Last, FaultyHub::status(429, soon)))},
        {u"file host wants a pause for a small file"_s,
         fileHost(FaultyHub::status(429, soon), 1),
         {},
         Kept::Whatever,
         {MiB, MiB + 1, MiB + 2}},
        {u"file host wants a pause and names no time"_s, fileHost(FaultyHub::status(429), 1)},
        {u"the Hub wants a pause by its budget"_s, theHub(FaultyHub::rateLimited(2), 1)},
        {u"the Hub wants a pause by Retry-After"_s, theHub(FaultyHub::status(429, soon), 1)},
        {u"the Hub wants a pause by 503"_s, theHub(FaultyHub::status(503, soon), 1)},
        {u"the Hub wants a pause between two files"_s,
         [soon](FaultRun &run) {
             auto asked = std::make_shared<std::atomic<int>>(0);
             run.hub([=](const demo::Request &request, demo::Response &response) {
                 if (++*asked == 2)
                     FaultyHub::status(429, soon)(request, response);
             });
         },
         {},
         Kept::Whatever,
         {9 * MiB, 9 * MiB + 1, MiB}},
    };
}

QList<Fault> otherVersions()
{
    return {
        {u"another size from the first answer on"_s, theHub(header("X-Linked-Size", "123")),
         ErrorKind::RemoteChanged, Kept::Nothing},
        {u"another size between two tries"_s,
         betweenTries([](FaultRun &run) { run.hub(header("X-Linked-Size", "123")); }),
         ErrorKind::RemoteChanged, Kept::Intact},
        {u"another content id from the first answer on"_s,
         theHub(header("X-Linked-ETag", '"' + QByteArray(64, 'a') + '"')), ErrorKind::RemoteChanged,
         Kept::Nothing},
        {u"another content id between two tries"_s, betweenTries([](FaultRun &run) {
             run.hub(header("X-Linked-ETag", '"' + QByteArray(64, 'a') + '"'));
         }),
         ErrorKind::RemoteChanged, Kept::Intact},
        {u"another content id of a small file"_s,
         theHub(header("X-Linked-ETag", '"' + QByteArray(64, 'a') + '"')),
         ErrorKind::RemoteChanged,
         Kept::Nothing,
         {MiB}},
        {u"another content id once"_s,
         theHub(header("X-Linked-ETag", '"' + QByteArray(64, 'a') + '"'), 1)},
        {u"another commit from the first answer on"_s,
         theHub(header("X-Repo-Commit", QByteArray(40, 'b'))), ErrorKind::RemoteChanged,
         Kept::Nothing},
        {u"another commit between two tries"_s,
         betweenTries([](FaultRun &run) { run.hub(header("X-Repo-Commit", QByteArray(40, 'b'))); }),
         ErrorKind::RemoteChanged, Kept::Intact},
        {u"another commit of a small file"_s,
         theHub(header("X-Repo-Commit", QByteArray(40, 'b'))),
         ErrorKind::RemoteChanged,
         Kept::Nothing,
         {MiB}},
        {u"a mirror names no commit"_s, theHub(withoutHeader("X-Repo-Commit"))},
        {u"another ETag of the file host between two tries"_s,
         betweenTries([](FaultRun &run) { run.cdn(header("ETag", "\"another\"")); })},
        {u"wrong byte at the beginning once"_s, fileHost(flipOnce(0))},
        {u"wrong byte at a segment's border once"_s, fileHost(flipOnce(4 * MiB))},
        {u"wrong byte in the middle once"_s, fileHost(flipOnce(10 * MiB + 1))},
        {u"wrong byte at the end once"_s, fileHost(flipOnce(20 * MiB - 1))},
        {u"wrong byte in a small file once"_s, fileHost(flipOnce(10)), {}, Kept::Whatever, {MiB}},
        {u"wrong byte always"_s, fileHost(flipAt(7 * MiB)), ErrorKind::Checksum, Kept::Nothing},
        {u"wrong byte in a small file always"_s,
         fileHost(flipAt(MiB - 1)),
         ErrorKind::Checksum,
         Kept::Nothing,
         {MiB}},
        {u"wrong byte always after a try without"_s,
         betweenTries([](FaultRun &run) { run.cdn(flipAt(20 * MiB - 1)); }), ErrorKind::Checksum,
         Kept::Nothing},
    };
}

QList<Fault> goneAndBack()
{
    return {
        {u"the Hub is down and comes back"_s,
         endsByItself(theHub(FaultyHub::reset()), ErrorKind::ConnectionLost)},
        {u"the file host is down and comes back"_s,
         endsByItself(fileHost(FaultyHub::reset()), ErrorKind::ConnectionLost)},
        {u"both are down while bytes come, and come back"_s,
         [](FaultRun &run) {
             run.beginSlowly();
             run.lift();
             run.cdn(FaultyHub::reset());
             run.hub(FaultyHub::reset());
             run.pause();
             run.resume();
             run.reachError(ErrorKind::ConnectionLost);
             run.lift();
         }},
        {u"the network is gone and comes back"_s,
         [](FaultRun &run) {
             EngineFixture &f = run.fixture();
             run.beginSlowly();
             run.pause();
             f.http.offline = true;
             f.engine->setHttpConfig(f.http);
             run.resume();
             run.reachError(ErrorKind::Offline);
             f.http.offline = false;
             f.engine->setHttpConfig(f.http);
         }},
        {u"the program ends while bytes come"_s,
         [](FaultRun &run) {
             run.beginSlowly();
             run.restart();
         }},
        {u"the program ends again and again"_s,
         [](FaultRun &run) {
             run.beginSlowly();
             for (int i = 2; i < 5; ++i) {
                 run.restart();
                 run.reach(i * 3 * MiB);
             }
             run.lift();
         }},
        {u"the program ends while it waits"_s,
         [](FaultRun &run) {
             run.beginSlowly();
             run.lift();
             run.cdn(FaultyHub::reset());
             run.pause();
             run.resume();
             run.reachError(ErrorKind::ConnectionLost);
             run.restart();
             run.lift();
         }},
        {u"the repo is gone between two tries"_s, betweenTries([](FaultRun &run) {
             run.hub(FaultyHub::status(401, {{"X-Error-Code", "RepoNotFound"}}));
         }),
         ErrorKind::RepoNotFound, Kept::Intact},
        {u"the commit is gone between two tries"_s, betweenTries([](FaultRun &run) {
             run.hub(FaultyHub::status(404, {{"X-Error-Code", "RevisionNotFound"}}));
         }),
         ErrorKind::RevisionNotFound, Kept::Intact},
        {u"the file is gone between two tries"_s, betweenTries([](FaultRun &run) {
             run.hub(FaultyHub::status(404, {{"X-Error-Code", "EntryNotFound"}}));
         }),
         ErrorKind::EntryNotFound, Kept::Intact},
        {u"the authors want to know who asks, between two tries"_s, betweenTries([](FaultRun &run) {
             run.hub(FaultyHub::status(403, {{"X-Error-Code", "GatedRepo"}}));
         }),
         ErrorKind::Gated, Kept::Intact},
        {u"the repo is gone and comes back"_s,
         [](FaultRun &run) {
             betweenTries([](FaultRun &gone) {
                 gone.hub(FaultyHub::status(401, {{"X-Error-Code", "RepoNotFound"}}));
             })(run);
             run.reachError(ErrorKind::RepoNotFound);
             run.lift();
             run.resume();
         }},
    };
}

// Those that last longest first, so that the others run beside them.
QList<Fault> all()
{
    QList<Fault> faults = brokenConnections() + wrongAnswers() + linksAndRedirects() + pauses()
        + otherVersions() + goneAndBack();
    std::stable_partition(faults.begin(), faults.end(),
                          [](const Fault &fault) { return fault.name.startsWith("no byte"_L1); });
    return faults;
}

} // namespace

int main(int argc, char **argv)
{
    return faults::FaultMatrix::exec(argc, argv, u"The network"_s, all());
}
