from django.urls import URLPattern, URLResolver, path

from flags.views import assessments, behind, ledger, phone, policy

app_name = "flags"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/flags/", ledger.ledger, name="ledger"),
    path("desk/flags/<int:seq>/", ledger.entry, name="entry"),
    path("desk/behind/", behind.behind, name="behind"),
    path("desk/behind/remind/", behind.remind, name="remind"),
    path("desk/assessments/", assessments.assessments, name="assessments"),
    path("desk/assessments/run/", assessments.run, name="run"),
    path("desk/assessments/<int:pk>/", assessments.assessment, name="assessment"),
    path("desk/assessments/<int:pk>/progress/", assessments.progress, name="progress"),
    path("desk/assessments/<int:pk>/publicise/", assessments.publicise, name="publicise"),
    path("desk/assessments/<int:pk>/settle/", assessments.settle, name="settle"),
    path("desk/assessments/results/<int:pk>/", assessments.result, name="result"),
    path("desk/assessments/results/<int:pk>/adjust/", assessments.adjust, name="adjust"),
    path("desk/policies/<int:year>/", policy.policy, name="policy"),
    path("me/flags/", phone.my_flags, name="my_flags"),
]
