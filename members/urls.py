from django.urls import URLPattern, URLResolver, include, path

from members import import_urls
from members.views import join, me, organizations, people, registrations, session

app_name = "members"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", session.home, name="home"),
    path("desk/switch/", session.switch, name="switch"),
    path("dev/messages/", session.dev_messages, name="dev_messages"),
    # People
    path("desk/search/", people.search, name="search"),
    path("desk/members/", people.list_, name="list"),
    path("desk/members/<int:pk>/", people.detail, name="detail"),
    path("desk/members/<int:pk>/reveal/", people.reveal, name="reveal"),
    path("desk/members/<int:pk>/exempt/", people.exempt, name="exempt"),
    path("desk/exemptions/<int:pk>/withdraw/", people.withdraw_exemption, name="withdraw_exemption"),
    path("desk/reveals/", people.reveals, name="reveals"),
    path("", include(import_urls)),
    # Registration
    path("desk/registrations/", registrations.list_, name="registrations"),
    path("desk/registrations/confirm/", registrations.confirm_many, name="confirm_many"),
    path("desk/registrations/<int:pk>/", registrations.detail, name="registration"),
    path("desk/registrations/<int:pk>/reveal/", registrations.reveal, name="registration_reveal"),
    path("desk/reconciliation/", registrations.reconciliation, name="reconciliation"),
    path("join/<str:public_code>/", join.who, name="join"),
    path("join/<str:public_code>/code/", join.code, name="join_code"),
    path("join/<str:public_code>/resend/", join.resend, name="join_resend"),
    path("join/<str:public_code>/home/", join.home, name="join_home"),
    path("join/<str:public_code>/service/", join.service, name="join_service"),
    path("join/<str:public_code>/promise/", join.promise, name="join_promise"),
    path("join/<str:public_code>/done/", join.done, name="join_done"),
    # Organisations
    path("desk/organizations/", organizations.list_, name="organizations"),
    path("desk/organizations/<int:pk>/", organizations.detail, name="organization"),
    path("desk/organizations/<int:pk>/edit/", organizations.edit, name="organization_edit"),
    path("desk/organizations/<int:pk>/poster/", organizations.poster, name="poster"),
    path("desk/appointments/", organizations.appointments, name="appointments"),
    path("desk/appointments/<int:pk>/end/", organizations.end_appointment, name="end_appointment"),
    # One's own data
    path("me/profile/", me.profile, name="profile"),
    path("me/profile/edit/", me.edit, name="profile_edit"),
    path("me/profile/correct/", me.correct, name="profile_correct"),
    path("me/looked-up/", me.looked_up, name="looked_up"),
    path("me/registrations/<int:pk>/withdraw/", me.withdraw, name="withdraw_registration"),
]
