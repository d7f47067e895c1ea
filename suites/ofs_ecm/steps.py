"""The calls that many tests begin with: a case of one's own, items in it, a good request for each service."""

from clausewise import NotConformant, Untestable, holds

from .samples import account, customer, event, events, extending, external_entity, transaction

SAVE, PROMOTE, EXTEND = "saveEvents", "saveEventsAndPromoteToCase", "saveEventsAndExtendToCase"
EVENTS = (SAVE, PROMOTE, EXTEND)
GOOD = {SAVE: "saved", PROMOTE: "promoted", EXTEND: "extended"}
REPEATED = {"a": "event-code-exists", "b": "event-lookup-exists"}  # the second time of an event, by ECM-40
LISTS = ("getTrustedPairsList", "getSuppressionRulesList")
UPLOAD = "ecmUploadFile"
NARRATIVE, DECISION = "addNarrative", "updateEventRiskDecision"

# Of each service on the items of a case: the items' key, and the key of their id.
ITEMS = {
    "addCustomer": ("customers", "customerId"),
    "removeCustomer": ("customers", "customerId"),
    "addAccount": ("accounts", "accountId"),
    "removeAccount": ("accounts", "accountId"),
    "addExternalEntity": ("externalEntities", "externalEntity"),
    "removeExternalEntity": ("externalEntities", "externalEntity"),
    "addTransaction": ("transactions", "transactionReferenceId"),
    "removeTransaction": ("transactions", "transactionReferenceId"),
    DECISION: ("events", "eventCode"),
}
ADD = ("addCustomer", "addAccount", "addExternalEntity", "addTransaction")
REMOVE = tuple(name.replace("add", "remove") for name in ADD)
CASES = (*ITEMS, NARRATIVE)
ALL = (*EVENTS, *LISTS, "updateCaseDescription", "getCaseStatusDetails", *CASES, UPLOAD)


def code(unique):
    """Return an id that nothing has."""
    return f"CW{unique.digits(14)}"


def promote(api, unique, *codes):
    """Promote an event and return the id of its case; Untestable where there is no case to go on with."""
    return of_case(api.call(PROMOTE, events(*(event(name) for name in codes or [code(unique)]))), "/caseId")


def some_case(api, unique):
    """Return the id of an open case of this test alone, which others may have worked on before.

    For a test whose items and events have names of their own, and that does not look at the case as a whole.
    """
    return unique.borrowed("case", lambda: promote(api, unique))


def of_case(answer, pointer):
    """Return what a promotion told of its case, as text; Untestable where it told nothing there."""
    try:
        return str(answer.at(pointer))
    except NotConformant:
        message = f"Promotion gave no case to go on with: it was answered HTTP {answer.response.status}."
        raise Untestable(message) from None


def given(target, role, key="case_id"):
    """Return a value of a role, as text; Untestable where the target lacks it."""
    return str(target.fixture(role)[key])


def new(service, name):
    """Return an item to add, with every field that needs nothing else to be there."""
    if service == "addTransaction":
        return transaction(name, "M")
    return {"addCustomer": customer, "addAccount": account, "addExternalEntity": external_entity}[service](
        name
    )


def bare(service, name):
    """Return an item as the services that remove or decide name it."""
    record = {ITEMS[service][1]: name}
    if service == "removeExternalEntity":
        record["externalEntityTypeCode"] = "XA"
    if service == "removeTransaction":
        record["transactionTypeCode"] = "M"
    if service == DECISION:
        record |= {"eventTypeCode": "AML", "dataOrigin": "DLY", "eventDecisionCode": 1}
        record |= {"standardCommentId": "8151,8152", "comments": "Example"}
    return record


def batch(service, case, *items):
    """Return one case of a request with its items; of a narrative there is but the text."""
    if service == NARRATIVE:
        return {"caseId": case, "narrative": "An example narrative."}
    return {"caseId": case, ITEMS[service][0]: list(items)}


def there(api, unique, service, case, name=""):
    """Return an item that the service can work on: one already in the case, or one to add."""
    name = name or code(unique)
    if service in REMOVE:
        adding = service.replace("remove", "add")
        _prepared(api.call(adding, [batch(adding, case, new(adding, name))]), "/STATUS")
        return bare(service, name)
    if service == DECISION:
        _prepared(api.call(EXTEND, extending(api, case, event(name))), "/status")
        return bare(service, name)
    return new(service, name) if service in ITEMS else None


def absent(unique, service):
    """Return an item that the service refuses: unknown in the case, or unknown in business."""
    name = code(unique).capitalize()  # which is to be told as it was sent, in both letter cases
    return new(service, name) | {"businessAdd": "Y"} if service in ADD else bare(service, name)


def some(unique, service):
    """Return an item for a case that is not to be worked on; None of a narrative."""
    return None if service not in ITEMS else absent(unique, service)


def hopeless(api, unique, service):
    """Return a case of which nothing succeeds: an unknown one, or a known one with an item that fails."""
    known = service == "addExternalEntity"  # Table 60 prints no unknown case
    return batch(service, some_case(api, unique) if known else code(unique), some(unique, service))


def good(api, unique, service):
    """Return the arguments of a call that is answered with success."""
    if service in EVENTS:
        one = event(code(unique))
        return {"body": extending(api, some_case(api, unique), one) if service == EXTEND else events(one)}
    if service in LISTS:
        return {"body": {}}
    case = some_case(api, unique)
    if service == "updateCaseDescription":
        return {"body": {"caseId": case, "caseDescription": "Example"}}
    if service == "getCaseStatusDetails":
        return {"body": [{"caseId": case}]}
    if service == UPLOAD:
        return {"query": comment(case)}
    return {"body": [batch(service, case, there(api, unique, service, case))]}


def comment(case, **more):
    """Return the query of an upload for a case."""
    return {"entityId": case, "entityType": "CASE", "comments": "An example comment."} | more


def entries(answer, where="/RESULTARRAY"):
    """Return the entries of a list in an answer; Untestable where it is none, as its own clause says."""
    try:
        found = answer.at(where)
    except NotConformant:
        found = None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Untestable(f"{where} is no list of entries; its own clause says so.")
    return found


def own_case(answer, name, sent):
    """Expect of each entry of an answer, or of a flat answer, that it names no case but the one sent."""
    listed = "RESULTARRAY" in answer.json
    told = entries(answer) if listed else [answer.json]
    shown = [str(entry["caseId"]) for entry in told if "caseId" in entry]
    field = "RESULTARRAY[].caseId" if listed else "caseId"
    clause = f"ofs-ecm.{answer.operation}.{name}.{field}"
    return holds(set(shown) <= {sent}, clause=clause, expected=sent, actual=shown, where="caseId")


def status(api, case):
    """Return the status code of a case."""
    return api.call("getCaseStatusDetails", [{"caseId": case}]).at("/RESULTARRAY/0/caseStatusCode")


def well(service):
    """Return the name of the service's success."""
    named = GOOD | dict.fromkeys(LISTS, "records") | {"updateCaseDescription": "updated"}
    named |= {"getCaseStatusDetails": "fetched", UPLOAD: "processed"}
    return named.get(service, "successful")


def business(target, service, role):
    """Return an item to add that business knows by its id."""
    record = {ITEMS[service][1]: given(target, f"business.{role}", "id"), "businessAdd": "Y"}
    if service in {"addTransaction", "addExternalEntity"}:
        key = "transactionTypeCode" if service == "addTransaction" else "externalEntityTypeCode"
        record[key] = given(target, f"business.{role}", "type")
    return record


def with_account(api, unique):
    """Return a case and an account in it, of this test alone; others may have worked on the case before."""

    def make():
        case, held = promote(api, unique), code(unique)
        _prepared(api.call("addAccount", [batch("addAccount", case, new("addAccount", held))]), "/STATUS")
        return case, held

    return unique.borrowed("case with an account", make)


def _prepared(answer, where):
    """Untestable where a call that only prepares the ground did not succeed: its own tests say why."""
    found = answer.json.get(where[1:]) if isinstance(answer.json, dict) else None
    if found != "SUCCESS":
        message = f"{answer.operation} prepared nothing: it was answered HTTP {answer.response.status}."
        raise Untestable(message)
