"""The platform's addresses with the style guide, which is served with DEBUG only."""

from django.urls import include, path

from xianfeng.urls import urlpatterns as platform

urlpatterns = [*platform, path("styleguide/", include("xianfeng.ui.styleguide"))]
