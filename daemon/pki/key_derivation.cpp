// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/key_derivation.h"

#include "daemon/pki/openssl.h"

#include <fmt/format.h>
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include <algorithm>
#include <limits>

namespace bgs2::pki {

namespace {

constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();

using PbeParametersPtr = std::unique_ptr<PBEPARAM, Freer<PBEPARAM_free>>;
using Pbe2ParametersPtr = std::unique_ptr<PBE2PARAM, Freer<PBE2PARAM_free>>;
using Pbkdf2ParametersPtr = std::unique_ptr<PBKDF2PARAM, Freer<PBKDF2PARAM_free>>;
using ScryptParametersPtr = std::unique_ptr<SCRYPT_PARAMS, Freer<SCRYPT_PARAMS_free>>;

/// The parameters of an algorithm; null if they have another structure.
template<class Pointer>
Pointer parameters(const X509_ALGOR& algorithm, const ASN1_ITEM* structure) {
    if (algorithm.parameter == nullptr || algorithm.parameter->type != V_ASN1_SEQUENCE)
        return nullptr;
    ERR_set_mark();
    Pointer found(
        static_cast<typename Pointer::pointer>(ASN1_TYPE_unpack_sequence(structure, algorithm.parameter)));
    ERR_pop_to_mark();
    return found;
}

std::uint64_t number(const ASN1_INTEGER* integer) {
    std::uint64_t value = 0;
    ERR_set_mark();
    const bool fits = ASN1_INTEGER_get_uint64(&value, integer) == 1;
    ERR_pop_to_mark();
    return fits ? value : endless;
}

std::uint64_t product(std::uint64_t one, std::uint64_t other) {
    std::uint64_t result = 0;
    return __builtin_mul_overflow(one, other, &result) ? endless : result;
}

} // namespace

void DerivationCost::add_rounds(std::uint64_t rounds) {
    rounds_ = rounds > endless - rounds_ ? endless : rounds_ + rounds;
}

void DerivationCost::add(const X509_ALGOR& algorithm) {
    if (const auto pbe = parameters<PbeParametersPtr>(algorithm, ASN1_ITEM_rptr(PBEPARAM)))
        return add_rounds(number(pbe->iter));
    // PBES2; PBMAC1 (RFC 9579) has the same structure.
    const auto pbe2 = parameters<Pbe2ParametersPtr>(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
    if (!pbe2)
        return;
    if (OBJ_obj2nid(pbe2->keyfunc->algorithm) == NID_id_scrypt) {
        const auto scrypt = parameters<ScryptParametersPtr>(*pbe2->keyfunc, ASN1_ITEM_rptr(SCRYPT_PARAMS));
        if (!scrypt)
            return;
        const std::uint64_t block = product(number(scrypt->costParameter), number(scrypt->blockSize));
        memory_ = std::max(memory_, product(block, 128));
        add_rounds(product(block, number(scrypt->parallelizationParameter)));
    } else if (const auto pbkdf2 =
                   parameters<Pbkdf2ParametersPtr>(*pbe2->keyfunc, ASN1_ITEM_rptr(PBKDF2PARAM))) {
        add_rounds(number(pbkdf2->iter));
    }
}

std::optional<Error> DerivationCost::excess(std::string_view name, ErrorCode code,
                                            const std::string& again) const {
    if (rounds_ > max_derivation_rounds)
        return Error{
            code,
            fmt::format("decrypting {} takes at least {} rounds of key derivation; the limit of bgs2d "
                        "is {}",
                        name, rounds_, max_derivation_rounds),
            fmt::format("encrypt it again, which takes as long once: {}", again)};
    if (memory_ > max_scrypt_memory)
        return Error{
            code,
            fmt::format("decrypting {} takes {} bytes of memory for scrypt; the limit of OpenSSL is {}", name,
                        memory_, max_scrypt_memory),
            "encrypt it again where it was made, with a smaller N or with PBKDF2"};
    return std::nullopt;
}

} // namespace bgs2::pki
