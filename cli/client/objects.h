// SPDX-License-Identifier: Apache-2.0
// The objects and tables of bgs2d on D-Bus (dbus/io.bgs2d1.xml), as values.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::cli {

/// A D-Bus value: structs and arrays as arrays, dictionaries as objects, with keys of any type.
using Value = nlohmann::ordered_json;

struct Slot {
    std::string subject;
    std::string issuer;
    std::string serial;
    std::string signature_algorithm;
    std::string thumbprint;
    std::uint64_t size = 0;
    std::uint64_t expires = 0; ///< seconds since 1970, 0: unknown
    std::string compliance;
    std::string key; ///< whether the slot holds a private key

    bool operator==(const Slot&) const = default;
};

/// One of Modem.Findings.
struct Finding {
    std::string severity;
    std::string store;
    std::uint64_t slot = 0;
    std::string code;
    std::string message;
    std::string hint;

    bool operator==(const Finding&) const = default;
};

struct Modem {
    std::string path; ///< of the D-Bus object
    std::string imei;
    std::string model;
    std::string revision;
    std::string port;
    std::string port_path;
    std::string state;
    std::string reason_code;  ///< of that state, for programs
    std::string reason_error; ///< the word of the error behind it
    std::string reason;       ///< the same, for people
    std::string hint;
    std::string policy;
    std::map<unsigned, Slot> slots;
    std::map<std::string, std::map<unsigned, Slot>> other_stores; ///< slots of other stores than is_cert
    std::vector<Finding> findings;
    std::uint64_t last_provisioned = 0;
    std::uint64_t retry_at = 0;
    std::uint64_t last_verified = 0;
    std::string port_use{};    ///< "borrowed", "released" or "waiting"
    std::string port_holder{}; ///< the program that bgs2d waits for

    bool operator==(const Modem&) const = default;
};

/// A job that is active or ended within the last minute.
struct JobInfo {
    std::string path; ///< of the D-Bus object
    std::uint64_t number = 0;
    std::string operation;
    std::string imei; ///< of the modem, which may have been removed
    std::string description;
    std::string step;      ///< for people
    std::string step_code; ///< the same, for programs
    double progress = 0;   ///< 0 to 1
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_total = 0;
    std::uint64_t start_time = 0;
    std::uint64_t end_time = 0; ///< 0: active, or unknown
    std::string error;          ///< the word of an error
    std::string message;        ///< the error, for people
    std::string hint;           ///< the action to take

    [[nodiscard]] bool ended() const;
    [[nodiscard]] bool failed() const;

    bool operator==(const JobInfo&) const = default;
};

/// One line of Manager.ListPorts.
struct Port {
    std::string device;
    std::string path;
    std::string state;
    std::string code;   ///< of that state, for programs
    std::string naming; ///< whether a rule names it, and which kind
    std::string reason; ///< the same, for people
    std::string hint;
    std::string imei;
    std::string use{};               ///< as Modem::port_use
    std::string holder{};            ///< the program that bgs2d waits for
    std::string work{};              ///< what bgs2d needs the port for; empty: it does not
    std::uint64_t waiting_since = 0; ///< 0: it does not wait
    std::uint64_t retry_at = 0;
    bool inhibited = false; ///< ModemManager does not use it, at the request of bgs2d
    std::map<std::string, std::string> properties{}; ///< the udev properties that begin with ID_

    bool operator==(const Port&) const = default;
};

/// One step of Modem.Plan.
struct PlanStep {
    std::string action;
    std::string store;
    std::uint64_t slot = 0;
    std::string reason;
    std::uint64_t bytes = 0;

    bool operator==(const PlanStep&) const = default;
};

/// One policy of Manager.ListPolicies.
struct Policy {
    std::string name;
    std::string file;
    std::string mode;
    std::map<std::string, std::vector<std::string>> match; ///< patterns by condition
    std::vector<Value> slots;               ///< each with store, slot, and the sources of certificate and key
    std::string use{};                      ///< "borrow" or "keep"
    std::vector<std::string> borrow_from{}; ///< units that bgs2d stops for a write

    bool operator==(const Policy&) const = default;
};

/// One file of Manager.ExplainPolicy.
struct FileExplanation {
    std::string policy;
    std::string file;
    std::string status;
    std::string why;
    std::string field;
    std::uint64_t line = 0; ///< 0: none
    std::string masked_by;

    bool operator==(const FileExplanation&) const = default;
};

/// One entry of Manager.History.
struct HistoryEntry {
    std::uint64_t time = 0;
    std::string boot_id;
    std::string imei;
    std::string port_path;
    std::string policy;
    std::uint64_t generation = 0;
    std::string event;
    std::string state;
    std::string store;
    std::optional<std::uint64_t> slot;
    std::string thumbprint_before;
    std::string thumbprint_after;
    std::string error;
    std::string message;
    std::uint64_t duration = 0; ///< milliseconds
    std::uint64_t bytes = 0;

    bool operator==(const HistoryEntry&) const = default;
};

/// From D-Bus. A property that is missing or has an unexpected type stays empty: bgs2d may have another
/// version.
std::map<unsigned, Slot> slots_of(const Value& slots);
std::map<std::string, std::map<unsigned, Slot>> other_stores_of(const Value& slots); ///< by store
std::vector<Finding> findings_of(const Value& findings);
Modem modem_of(std::string path, const Value& properties);
JobInfo job_of(std::string path, const Value& properties);
std::vector<Port> ports_of(const Value& ports);
std::vector<PlanStep> steps_of(const Value& steps);
std::vector<Policy> policies_of(const Value& policies);
std::vector<FileExplanation> explained_of(const Value& files);
std::vector<HistoryEntry> history_entries_of(const Value& entries);

/// All modems of a GetManagedObjects answer, by IMEI.
std::vector<Modem> modems_of(const Value& objects);

/// All jobs of a GetManagedObjects answer, by number.
std::vector<JobInfo> jobs_of(const Value& objects);

/// For programs: the names of the D-Bus interface with underscores, times in seconds.
Value to_json(const Slot& slot, unsigned number);
Value slots_json(const std::map<unsigned, Slot>& slots);
Value other_stores_json(const std::map<std::string, std::map<unsigned, Slot>>& stores);
Value to_json(const Finding& finding);
Value to_json(const Modem& modem);
Value to_json(const Policy& policy);
Value to_json(const FileExplanation& explained);

} // namespace bgs2::cli
