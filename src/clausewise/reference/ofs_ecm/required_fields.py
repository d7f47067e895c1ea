"""What each printed request of document 004 holds: a service that takes the freedom wants no less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_RISKS = "effectiveRisk businessRisk listRisk geoRisk kycRisk"
_ANY_TRANSACTION = (
    "transactionReferenceId businessAdd transactionTypeCode baseAmount "
    "transactionType1 transactionType2 transactionType3 transactionType4"
)

# Left out is what has to exist elsewhere first: accounts of a customer, an institution beside a new one.
_ITEMS: Mapping[str, str] = {
    "addCustomer": (
        "customerId businessAdd customerTypeCode firstName middleName lastName customerOrganizationName "
        "taxIdFormatCode taxId dateOfBirth genderCode maritalStatusCode jurisdictionCode businessDomainCode "
        "primaryCitizenshipCode secondaryCitizenshipCode legalStructure residenceCode addedOn "
        "citizenshipStatus estimatedNetWorth estimatedAnnualIncome estimatedLiquidNetWorth sourceOfWealth "
        "creditRating creditRatingSource creditScore assetsOutsideOfUSCode isEmployeeCode "
        "worksForFinancialInstitutionCode employer isBrokerDealerCode occupationCode customerStatusCode "
        f"pepFlagCode {_RISKS} addresses phones emails anticipatoryProfiles genericInformation"
    ),
    "addAccount": (
        "accountId businessAdd accountName type1 type2 registrationType ownerTypeCode taxIdFormatCode taxId "
        "firmId taxWithHoldCode jurisdictionCode businessDomainCode houseHoldGroupId legalEntity openDate "
        "closeDate accountStatusCode statusEffectiveDate branch businessUnit discretionFlag lastActivityDate "
        f"primeBrokerFlag oracleAccountPurposeCode oracleBusinessTypeCode {_RISKS} contactInformation "
        "riskListMembership accountRestriction accountManagement genericInformation"
    ),
    "addExternalEntity": (
        "externalEntity businessAdd externalEntityTypeCode lastActivityDate riskRating jurisdictionCode "
        "businessDomainCode contactInformation riskListMembership genericInformation"
    ),
}
_TRANSACTIONS: Mapping[str, str] = {
    "B": (
        "transactionDateTime accountId offsetAccountId securityId quantity debitOrCreditCode bodescription "
        "accountRisk offsetAccountRisk overallRisk genericInformation"
    ),
    "C": (
        "transactionDateTime cashdescription debitOrCreditCode accountId accountRisk locationId locationName"
    ),
    "M": (
        "issueDateTime depositDateTime clearingDateTime postDateTime thirdPartyFlag serialCheckNo "
        "remitterName remitterAccountId beneficiaryName beneficiaryAccountId midescription issuingFIId "
        "instrument clearingFI clearingFIId depositingFI depositingFIId remitterRisk beneficiaryRisk "
        "genericInformation"
    ),
    "W": (
        "transactionDateTime wiredescription thirdPartyFlag originatorName originatorAccountId "
        "beneficiaryName beneficiaryAccountId sendFI sendFIId receivingFI receivingFIId originatorRisk "
        "beneficiaryRisk genericInformation"
    ),
}
_EVENT = (
    "eventCode eventScore dataOrigin jurisdictionCode businessDomain type priority scenarioClass comments "
    "entities details"
)
_ATTRIBUTES: Mapping[str, str] = {
    "ECM_ACCOUNT": (
        "entityCode entityType jurisdiction entityTypeCode entityName actId dataOrigin accName types "
        "registration ownerType status branch taxCode householdGroupId pimeBroker taxId firmId legalEntity "
        "statusEffective lastActivity openData closeDate"
    ),
    "ECM_CUSTOMER": (
        "entityCode entityType entityTypeCode entityName jurisdiction custId dataOrigin customerName "
        "customerType taxID legalStructCode aliasName incomeRange industry publicCompany estNetWorth "
        "atmDailyLimit estAnnualIncome added incorporationDate customerstatus effectiverisk busdomain"
    ),
}


def whole(name: str, item: Mapping[str, Any]) -> bool:
    """Tell whether an item to add by hand has all that its sample has."""
    if item.get("businessAdd") != "N":
        return True
    wanted = _ITEMS.get(name, "")
    if name == "addTransaction":
        wanted = f"{_ANY_TRANSACTION} {_TRANSACTIONS.get(str(item.get('transactionTypeCode')), '')}"
    return set(wanted.split()) <= set(item)


def lacking(sent: Mapping[str, Any]) -> str:
    """Return the first name that a request of an event service lacks of its sample, or ''."""
    return next(_lacking(sent), "")


def _lacking(sent: Mapping[str, Any]) -> Iterator[str]:
    for event in sent["events"]:
        yield from (key for key in _EVENT.split() if key not in event)
    for entity in sent.get("entities", []):
        wanted = _ATTRIBUTES.get(str(entity.get("entityTypeCode")), "")
        yield from (key for key in wanted.split() if key not in entity)
