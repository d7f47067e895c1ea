"""What the entries of cases and items say: tables 56 to 65."""

UNREADABLE = "Invalid JSON Input format. Please correct the data."
ABSENT = {
    "addCustomer": ("not-in-business", "Customer does not exist in business."),
    "addAccount": ("not-in-business", "Account does not exist in business."),
    "addExternalEntity": ("not-in-business", "External Entity does not exist in business."),
    "addTransaction": ("not-in-business", "Transaction does not exist in business."),
    "removeCustomer": ("not-in-case", "Customer does not exist in case."),
    "removeAccount": ("not-in-case", "Account does not exist in case."),
    "removeExternalEntity": ("not-in-case", "External Entity does not exist in case."),
    "removeTransaction": ("not-in-case", "Transaction does not exist in case."),
    "updateEventRiskDecision": ("not-in-case", "Event does not exist in case."),
}
OTHER_WORDS = {
    "addAccount": "Account does not exists.",
    "addExternalEntity": "External Entity does not exists.",
}
EXISTS = {
    "addCustomer": "Customer already exists.",
    "addAccount": "Account already exists.",
    "addExternalEntity": "External Entity already exists.",
    "addTransaction": "Transaction already exists.",
}
FAILS = {
    "addCustomer": (
        "insertion-failed",
        "Customer insertion failed as error occurred while inserting into customer related tables.",
    ),
    "addAccount": (
        "insertion-failed",
        "Account insertion failed as error occurred while inserting into account related tables.",
    ),
    "addExternalEntity": (
        "insertion-failed",
        (
            "External Entity insertion failed as error occurred while inserting into externalEntity "
            "related tables."
        ),
    ),
    "addTransaction": (
        "insertion-failed",
        "Transaction insertion failed as error occurred while inserting into transaction related tables.",
    ),
    "removeCustomer": (
        "removal-failed",
        "Customer removal failed as error occurred while deleting from customer related tables.",
    ),
    "removeAccount": (
        "removal-failed",
        "Account removal failed as error occurred while deleting from account related tables.",
    ),
    "removeExternalEntity": (
        "removal-failed",
        (
            "External Entity removal failed as error occurred while deleting from External Entity "
            "related tables."
        ),
    ),
    "removeTransaction": (
        "removal-failed",
        "Transaction removal failed as error occurred while deleting from Transaction related tables.",
    ),
    "updateEventRiskDecision": (
        "updation-failed",
        "Event Decision updation failed as error occurred while updating Event Decision related tables.",
    ),
    "addNarrative": (
        "insertion-failed",
        "Narrative addition failed as error occurred while inserting into narrative related tables.",
    ),
}
# What the entry of a case says of which nothing succeeded.
NOTHING_DONE = {
    "addCustomer": "Customers addition failed.",
    "addAccount": "Accounts addition failed.",
    "addExternalEntity": "External Entities addition failed.",
    "addTransaction": "Transactions addition failed.",
    "removeCustomer": "Customers removal failed.",
    "removeAccount": "Accounts removal failed.",
    "removeExternalEntity": "External Entities removal failed.",
    "removeTransaction": "Transactions removal failed.",
    "updateEventRiskDecision": "Event Decision updation failed.",
}
