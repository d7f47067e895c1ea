"""Requests with every documented field, about made-up people and accounts."""

ADDRESS = {f"addressLine{line}": f"Example line {line}" for line in range(1, 7)} | {
    "city": "Exampletown",
    "state": "North",
    "postalCode": "12345-123",
    "countryCode": "US",
}
RISKS = dict.fromkeys(("effectiveRisk", "businessRisk", "listRisk", "geoRisk", "kycRisk"), 10)
MOMENT = "2031-06-24 11:00:48"
GENERIC = {"Example Details": {"Example Name": "Example Value"}}


def customer(name, account=None, online=None):
    """Return a customer with every field; accounts only where they exist."""
    record = {
        "customerId": name,
        "businessAdd": "N",
        "customerTypeCode": "IND",
        "firstName": "Example",
        "middleName": "Middle",
        "lastName": "Testperson",
        "customerOrganizationName": "Example Ltd",
        "taxIdFormatCode": "S",
        "taxId": "TX000",
        "dateOfBirth": "1990-12-01",
        "genderCode": "A",
        "maritalStatusCode": "M",
        "jurisdictionCode": "AMEA",
        "businessDomainCode": "A",
        "primaryCitizenshipCode": "UK",
        "secondaryCitizenshipCode": "IND",
        "legalStructure": "TRU",
        "residenceCode": "UK",
        "addedOn": MOMENT,
        "citizenshipStatus": "RAL",
        "estimatedNetWorth": 1000000,
        "estimatedAnnualIncome": 200000,
        "estimatedLiquidNetWorth": 300000,
        "sourceOfWealth": "INCOME",
        "creditRating": "A",
        "creditRatingSource": "SYS",
        "creditScore": 10,
        "assetsOutsideOfUSCode": "Y",
        "isEmployeeCode": "Y",
        "worksForFinancialInstitutionCode": "Y",
        "employer": "EXAMPLE",
        "isBrokerDealerCode": "Y",
        "occupationCode": "AFF",
        "customerStatusCode": "A",
        "pepFlagCode": "Y",
        **RISKS,
        "addresses": [ADDRESS | {"regionName": "EXAMPLE", "addressUsageCode": "B"}],
        "phones": [{"phoneNumber": 5550100, "extensionNumber": 100, "phoneUsageCode": "P"}],
        "emails": [{"emailId": "someone@example.com"}],
        "anticipatoryProfiles": [
            {
                "profileMetricCode": "CASH-EQ-MI",
                "averageTransactionAmount": 12345,
                "debitOrCreditCode": "D",
                "totalAmount": 54321,
                "periodTypeCode": "N",
                "sourceOfFundCountryCode": "USA",
                "averageTransactionCount": 23,
                "sourceOfFundInstitutionId": "ABC",
            }
        ],
        "genericInformation": GENERIC,
    }
    if account:
        record["accounts"] = [{"accountId": account, "accountRoleCode": "OWNER"}]
    if online:
        record["onlineAccounts"] = [
            {
                "onlineAccountId": online,
                "onlineAccountUserId": "EXAMPLE-USER",
                "accountId": account,
                "relationshipDate": MOMENT,
            }
        ]
    return record


def account(name):
    """Return an account with every field."""
    return {
        "accountId": name,
        "businessAdd": "N",
        "accountName": "EXAMPLE",
        "type1": "INV",
        "type2": "INV",
        "registrationType": "IND",
        "ownerTypeCode": "CUST",
        "taxIdFormatCode": "S",
        "taxId": "TX000",
        "firmId": "EXAMPLE-FIRM",
        "taxWithHoldCode": "Y",
        "jurisdictionCode": "AMEA",
        "businessDomainCode": "A",
        "houseHoldGroupId": "EXAMPLE-HOUSE",
        "legalEntity": "EXAMPLE-ENTITY",
        "openDate": MOMENT,
        "closeDate": MOMENT,
        "accountStatusCode": "A",
        "statusEffectiveDate": MOMENT,
        "branch": "EXAMPLE-BRANCH",
        "businessUnit": "EXAMPLE-UNIT",
        "discretionFlag": "Y",
        "lastActivityDate": MOMENT,
        "primeBrokerFlag": "N",
        "oracleAccountPurposeCode": "O",
        "oracleBusinessTypeCode": "RBR",
        **RISKS,
        "contactInformation": [ADDRESS | {"regionName": "EXAMPLE", "addressTypeCode": "B"}],
        "riskListMembership": [_membership()],
        "accountRestriction": [{"restrictionCode": "NC", "addedDate": MOMENT, "removedDate": MOMENT}],
        "accountManagement": [{"employeeId": "EXAMPLE-EMPLOYEE", "role": "OWNER"}],
        "genericInformation": GENERIC,
    }


def external_entity(name, **institution):
    """Return an external entity with every field that may stand together.

    Its institution is a new one, which takes id and name (Table 60), unless another is given.
    """
    return {
        "externalEntity": name,
        "businessAdd": "N",
        "externalEntityTypeCode": "XA",
        "lastActivityDate": MOMENT,
        "riskRating": 2,
        "jurisdictionCode": "AMEA",
        "businessDomainCode": "A",
        **(institution or {"institutionId": "12345", "institutionName": "Example"}),
        "contactInformation": [ADDRESS],
        "riskListMembership": [_membership() | {"matchedName": "P8C"}],
        "genericInformation": GENERIC,
    }


def transaction(name, kind, account=None):
    """Return a transaction of type B, C, M or W with the fields of its sample, on a known account."""
    record = {
        "transactionReferenceId": name,
        "businessAdd": "N",
        "transactionTypeCode": kind,
        "baseAmount": 500,
        **{f"transactionType{number}": "ABC" for number in range(1, 5)},
        **_TYPES[kind],
    }
    accounts = {"B": ("accountId", "offsetAccountId"), "C": ("accountId",)}.get(kind, ())
    return record | (dict.fromkeys(accounts, account) if account else {})


_TYPES = {
    "B": {
        "securityId": "EXAMPLE-SECURITY",
        "quantity": 10,
        "transactionDateTime": MOMENT,
        "debitOrCreditCode": "D",
        "bodescription": "Example",
        "accountRisk": 1,
        "offsetAccountRisk": 2,
        "overallRisk": 3,
        "genericInformation": GENERIC,
    },
    "C": {
        "transactionDateTime": MOMENT,
        "debitOrCreditCode": "D",
        "cashdescription": "Example",
        "accountRisk": 1,
        "locationId": "EXAMPLE-PLACE",
        "locationName": "Example place",
    },
    "M": {
        **{f"{what}DateTime": MOMENT for what in ("issue", "deposit", "clearing", "post")},
        "thirdPartyFlag": "Y",
        "serialCheckNo": "EXAMPLE",
        "remitterName": "Example remitter",
        "remitterAccountId": "EXAMPLE-REMITTER",
        "beneficiaryName": "Example beneficiary",
        "beneficiaryAccountId": "EXAMPLE-BENEFICIARY",
        "midescription": "Example",
        "issuingFIId": "EXAMPLE-ISSUER",
        "instrument": "EXAMPLE",
        "clearingFI": "Example clearer",
        "clearingFIId": "EXAMPLE-CLEARER",
        "depositingFI": "Example depositor",
        "depositingFIId": "EXAMPLE-DEPOSITOR",
        "remitterRisk": 8,
        "beneficiaryRisk": 9,
        "genericInformation": GENERIC,
    },
    "W": {
        "transactionDateTime": MOMENT,
        "thirdPartyFlag": "Y",
        "wiredescription": "Example",
        "originatorName": "Example originator",
        "originatorAccountId": "EXAMPLE-ORIGINATOR",
        "beneficiaryName": "Example beneficiary",
        "beneficiaryAccountId": "EXAMPLE-BENEFICIARY",
        "sendFI": "Example sender",
        "sendFIId": "EXAMPLE-SENDER",
        "receivingFI": "Example receiver",
        "receivingFIId": "EXAMPLE-RECEIVER",
        "originatorRisk": 8,
        "beneficiaryRisk": 9,
        "genericInformation": GENERIC,
    },
}


def _membership():
    return {
        "riskSource": "P8C",
        "addedDate": MOMENT,
        "removedDate": MOMENT,
        "entryDescription": "P8C",
    }


def focal(name="EXAMPLE-ACCOUNT"):
    """Return an account that is the focus of its event."""
    return {
        "entityCode": name,
        "entityType": "ACCOUNT",
        "entityTypeCode": "ECM_ACCOUNT",
        "entityName": "EXAMPLE",
        "focusFlag": "Y",
        "actId": name,
    }


def event(code, *entities):
    """Return an event with every field, about one focal account unless entities are given."""
    return {
        "eventCode": code,
        "eventScore": "",
        "dataOrigin": "DLY",
        "jurisdictionCode": "AMEA",
        "businessDomain": "c",
        "type": "AML_SURV",
        "priority": "",
        "scenarioClass": "AML",
        "comments": "Example",
        "entities": list(entities or [focal()]),
        "details": [{"reason": "Example", "scenarioName": "User Defined Event"}],
        "bindings": [
            {
                "bindingName": "Effectv_Risk_Lvl",
                "bindingActualValue": "50",
                "bindingBaseValue": "5",
                "bindingType": "",
            }
        ],
    }


def events(*each):
    """Return a request that saves events, with the attributes of the account that they are about."""
    own = {key: value for key, value in focal().items() if key != "focusFlag"}
    return {"events": list(each), "entities": [own | _ACCOUNT_OF_AN_EVENT]}


def customer_events(code):
    """Return a request that saves an event about a customer, and tells more about them (appendix C)."""
    kind = {"entityType": "CUSTOMER", "custId": "EXAMPLE-CUSTOMER"}
    whom = kind | {
        "entityCode": "EXAMPLE-CUSTOMER",
        "entityTypeCode": "ECM_CUSTOMER",
        "entityName": "EXAMPLE",
        "jurisdiction": "AMEA",
    }
    more = kind | {"entityTypeCode": "ECM_CUSTOMER_GENERIC", "dataOrigin": "DLY"}
    return {
        "events": [event(code, whom | {"focusFlag": "Y"})],
        "entities": [whom | _CUSTOMER_OF_AN_EVENT, more | {"genericInformation": GENERIC}],
    }


_ACCOUNT_OF_AN_EVENT = {
    "dataOrigin": "DLY",
    "accName": "EXAMPLE",
    "types": "SAV",
    "registration": "IND",
    "ownerType": "",
    "jurisdiction": "AMEA",
    "status": "A",
    "branch": "EXAMPLE-BRANCH",
    "taxCode": "N",
    "householdGroupId": "",
    "pimeBroker": "N",
    "taxId": "T",
    "firmId": "EXAMPLE-FIRM",
    "legalEntity": "EXAMPLE-ENTITY",
    "statusEffective": "31-12-2030 00:00:00",
    "lastActivity": "30-11-2031 00:00:00",
    "openData": "31-12-2030 00:00:00",
    "closeDate": "",
}
_CUSTOMER_OF_AN_EVENT = {
    "dataOrigin": "DLY",
    "customerName": "EXAMPLE",
    "customerType": "IND",
    "taxID": "EXAMPLE-TAX",
    "legalStructCode": "GOV",
    "aliasName": "",
    "incomeRange": "",
    "industry": "US",
    "publicCompany": "",
    "estNetWorth": "1000000",
    "atmDailyLimit": None,
    "estAnnualIncome": "200000",
    "added": "31-12-2030 00:00:00",
    "incorporationDate": "",
    "customerstatus": "A",
    "effectiverisk": "2",
    "busdomain": "a",
}


def extending(api, case, *each, body=None):
    """Return a request that adds events, or what saves them, to a case. The sample has it among the entities.

    The document leaves open which of the two counts; both are there unless the target claims one (ECM-21).
    """
    body = body or events(*each)
    among = {"entities": [*body["entities"], {"caseID": case}]}
    for place in api.target.lawful("ECM-21", a={"caseID": case}, b=among):
        body |= place
    return body
