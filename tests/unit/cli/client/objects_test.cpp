// SPDX-License-Identifier: Apache-2.0
#include "cli/client/objects.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

TEST(Policies, AreReadFromTheBusAndWrittenAsJson) {
    const Value reply =
        Value::parse(R"([{"policy": "10-ca", "file": "/etc/bgs2d/policy.d/10-ca.toml", "mode": "auto",
        "match": {"imei": ["35*", "!356"], "property ID_BUS": ["usb"]},
        "use": "borrow", "borrow-from": ["gprs.service"],
        "slots": [{"slot": 0, "certificate": "/c.pem", "private-key": "credential:c.key"},
                  {"slot": 12, "certificate": "/ca.pem"}]}])");
    const auto policies = policies_of(reply);
    ASSERT_EQ(policies.size(), 1U);
    EXPECT_EQ(policies[0],
              (Policy{.name = "10-ca",
                      .file = "/etc/bgs2d/policy.d/10-ca.toml",
                      .mode = "auto",
                      .match = {{"imei", {"35*", "!356"}}, {"property ID_BUS", {"usb"}}},
                      .slots = {{{"slot", 0}, {"certificate", "/c.pem"}, {"private-key", "credential:c.key"}},
                                {{"slot", 12}, {"certificate", "/ca.pem"}}},
                      .use = "borrow",
                      .borrow_from = {"gprs.service"}}));
    EXPECT_EQ(
        to_json(policies[0]).dump(),
        R"({"policy":"10-ca","file":"/etc/bgs2d/policy.d/10-ca.toml","mode":"auto",)"
        R"("match":{"imei":["35*","!356"],"property ID_BUS":["usb"]},"use":"borrow","borrow_from":["gprs.service"],)"
        R"("slots":[{"slot":0,"certificate":"/c.pem","private_key":"credential:c.key"},)"
        R"({"slot":12,"certificate":"/ca.pem"}]})");
}

TEST(Policies, AreReadDespiteMissingOrInvalidProperties) {
    EXPECT_EQ(policies_of(Value::parse(R"([{"policy": "a", "match": 1, "slots": "none"}])")),
              (std::vector{Policy{.name = "a", .file = "", .mode = "", .match = {}, .slots = {}}}));
    EXPECT_EQ(explained_of(Value::parse("[{}]")), std::vector{FileExplanation{}});
}

TEST(Ports, AreReadWithTheProgramThatBgs2dWaitsFor) {
    const auto ports =
        ports_of(Value::parse(R"json([{"device": "/dev/ttyS1", "state": "modem", "use": "waiting",
        "holder": "pppd (812)", "work": "write slot 0", "waiting-since": 1795000000}, {"device": "/dev/ttyS0"}])json"));
    ASSERT_EQ(ports.size(), 2U);
    EXPECT_EQ(ports[0].use, "waiting");
    EXPECT_EQ(ports[0].holder, "pppd (812)");
    EXPECT_EQ(ports[0].work, "write slot 0");
    EXPECT_EQ(ports[0].waiting_since, 1795000000U);
    EXPECT_EQ(ports[1].use, "");
}

TEST(Modems, AreReadWithTheUseOfTheirPort) {
    const Modem modem = modem_of("/io/bgs2d1/modem/3", Value::parse(R"json({"Imei": "3", "PortUse": "waiting",
        "PortHolder": "pppd (812)", "LastVerified": 1795000000})json"));
    EXPECT_EQ(modem.port_use, "waiting");
    EXPECT_EQ(modem.port_holder, "pppd (812)");
    const Value json = to_json(modem);
    EXPECT_EQ(json["last_verified"], 1795000000U);
    EXPECT_EQ(json["port_use"], "waiting");
    EXPECT_EQ(json["port_holder"], "pppd (812)");
}

TEST(Ports, AreReadWithTheirUdevProperties) {
    const auto ports = ports_of(Value::parse(R"([{"device": "/dev/ttyUSB0", "state": "ignored", "retry-at": 7,
        "properties": {"ID_VENDOR_ID": "0403", "ID_ODD": 1}}, {"device": "/dev/ttyS0", "properties": []}])"));
    ASSERT_EQ(ports.size(), 2U);
    EXPECT_EQ(ports[0].retry_at, 7U);
    EXPECT_EQ(ports[0].properties, (std::map<std::string, std::string>{{"ID_VENDOR_ID", "0403"}}));
    EXPECT_TRUE(ports[1].properties.empty()) << "a daemon of another version may lack them";
}

TEST(Slots, AreReadByNumberAndStore) {
    const auto slots =
        slots_of(Value::parse(R"([{"slot": 10, "compliance": "empty"}, {"slot": 1, "size": 5}])"));
    ASSERT_EQ(slots.size(), 2U);
    EXPECT_EQ(slots.at(10).compliance, "empty");
    EXPECT_EQ(slots.at(1).size, 5U);
    const auto others =
        other_stores_of(Value::parse(R"([{"store": "management_cert", "slot": 2, "size": 7}])"));
    EXPECT_EQ(others.at("management_cert").at(2).size, 7U);
}

TEST(FileExplanation, IsReadFromTheBusAndWrittenAsJson) {
    const auto files = explained_of(Value::parse(
        R"([{"policy": "a", "file": "/b/a.toml", "status": "masked", "why": "it is", "field": "", "line": 0,
                          "masked-by": "/a/a.toml"}])"));
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].masked_by, "/a/a.toml");
    EXPECT_EQ(to_json(files[0]).dump(),
              R"({"policy":"a","file":"/b/a.toml","status":"masked","why":"it is","field":"",)"
              R"("line":0,"masked_by":"/a/a.toml"})");
}

} // namespace
} // namespace bgs2::cli
