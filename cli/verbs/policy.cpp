// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs/policy.h"

#include "cli/terminal/command_error.h"
#include "cli/verbs/policy_check.h"
#include "cli/verbs/policy_explain.h"
#include "cli/verbs/policy_show.h"
#include "cli/verbs/reload.h"

namespace bgs2::cli {
namespace {

constexpr std::string_view policy_help =
    R"(Look at policies: which are in force, which is for a modem and why, and what is
wrong with one.

Usage: bgs2ctl policy VERB ...

Verbs:
  show [NAME]       the policies in force, in the order in which they are asked
  explain [M]       why a modem has the policy that it has
  check [FILE...]   find the mistakes in files; offline
  reload            read configuration and policies anew

See 'bgs2ctl policy VERB --help'.
)";

} // namespace

void add_policy(Verb& program) {
    Verb policy = program.add("policy", policy_help);
    add_policy_show(policy);
    add_policy_explain(policy);
    add_policy_check(policy);
    add_reload(policy);
    policy.runs([](const Terminal& /*terminal*/) -> ExitCode {
        throw usage_error("'policy' needs a verb: show, explain, check or reload",
                          "see 'bgs2ctl policy --help'");
    });
}

} // namespace bgs2::cli
